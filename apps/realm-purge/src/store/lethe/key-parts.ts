import type { KeyPart } from '../realm-store.js';

const PREFIXES = 2 ** 32;

/** The first and the last id of a part of all ids, which are cut into equal ones by their first four bytes. */
export function partBounds({ no, of }: KeyPart): [first: string, last: string] {
  const [first, next] = [Math.floor((no / of) * PREFIXES), Math.floor(((no + 1) / of) * PREFIXES)];
  const hex = (prefix: number) => prefix.toString(16).padStart(8, '0');
  return [`${hex(first)}-0000-0000-0000-000000000000`, `${hex(next - 1)}-ffff-ffff-ffff-ffffffffffff`];
}
