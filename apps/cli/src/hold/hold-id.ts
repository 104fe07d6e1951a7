import { isCanonicalUuid } from '@lethe/contracts';
import { InvalidArgumentError } from 'commander';

/** A hold's id as an argument, as `hold list` prints it. */
export function parseHoldId(text: string): string {
  const id = text.toLowerCase();
  if (!isCanonicalUuid(id)) throw new InvalidArgumentError('A hold id is a UUID, as "hold list" prints it.');
  return id;
}
