import { pageToken } from './requests.js';

/** One page of rows that were read one more than fit; the token of the next page begins behind its last row, and is empty behind the last. */
export function pageOf<R>(
  rows: readonly R[],
  size: number,
  keyOf: (last: R) => readonly string[],
): { readonly page: R[]; readonly nextPageToken: string } {
  const page = rows.slice(0, size);
  const last = page.at(-1);
  return { page, nextPageToken: rows.length > size && last !== undefined ? pageToken(keyOf(last)) : '' };
}

/** A key before every id there is. */
export const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000';
