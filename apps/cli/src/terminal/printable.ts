import { printable } from '@lethe/certificate';

/** As a certificate's page shows it: what hides in the one must not be seen in the other alone. */
export { printable };

/** A time as operators' scripts know it: ISO 8601 UTC with microseconds. The wire types carry milliseconds. */
export function printableTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}

/** Labelled values under each other; those without a value are left out. */
export function printableFields(fields: readonly (readonly [string, string | undefined])[]): string {
  const present = fields.filter((field): field is readonly [string, string] => Boolean(field[1]));
  const width = Math.max(0, ...present.map(([label]) => label.length));
  return present.map(([label, value]) => `  ${label.padEnd(width)}  ${printable(value)}\n`).join('');
}
