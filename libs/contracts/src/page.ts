/** At most this many block ids are released in one page: what one DeleteObjects request takes. */
export const MAX_PAGE_BLOCKS = 1000;

/** What both sides of a sweep know of a settled page. */
export interface SettledPage {
  readonly page: number;
  /** Rows of the page: swept ones and those a live realm shares. */
  readonly rows: number;
  readonly swept: number;
  /** SHA-256 over the 16-byte ids of all rows, ascending. */
  readonly rowDigest: Uint8Array;
}

/**
 * A page's leaf in the Merkle tree of a deletion certificate: page number (8 bytes), rows (4), swept (4), all big-endian, then
 * the row digest (32). Whoever holds the list of blocks can compute it.
 */
export function pageLeaf({ page, rows, swept, rowDigest }: SettledPage): Buffer {
  if (rowDigest.length !== 32) throw new RangeError('a row digest has 32 bytes');
  const leaf = Buffer.alloc(48);
  leaf.writeBigUInt64BE(BigInt(page), 0);
  leaf.writeUInt32BE(rows, 8);
  leaf.writeUInt32BE(swept, 12);
  leaf.set(rowDigest, 16);
  return leaf;
}
