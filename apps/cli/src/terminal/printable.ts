/**
 * Text from elsewhere, safe on a terminal and on one line: control characters (an escape sequence could rewrite what the
 * operator reads) and the marks that turn the direction of writing are shown by their code.
 */
export function printable(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what it is after
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

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
