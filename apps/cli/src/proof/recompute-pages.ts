import { createHash } from 'node:crypto';
import type { SettledPage } from '@lethe/contracts';
import { ID_BYTES } from './block-list.js';

/** What a list of blocks says of a page. */
export interface ComparedPage {
  readonly page: number;
  /** Its place among the pages. */
  readonly index: number;
  /** `kept`: rows that a live realm shares are not in the list, so nothing can be computed. `other`: the list has other rows. */
  readonly kind: 'recomputed' | 'kept' | 'other';
  readonly keptRows: number;
  /** Where its ids stand in the list, once recomputed. */
  readonly from: number;
  readonly to: number;
}

export interface Comparison {
  readonly pages: readonly ComparedPage[];
  /** Ids of the list that no page can have. */
  readonly left: number;
}

/** Places tried behind pages that could not be computed: more than the rows of four of them. */
const MAX_TRIES = 4_096;

/**
 * Computes the digest of each page anew from the ids of a list that is in the pages' order. A page of which rows are retained is not
 * in the list as a whole, and says nothing; where it ends shows the next page that can be computed.
 */
export function recomputePages(pages: readonly SettledPage[], ids: Buffer): Comparison {
  const total = ids.length / ID_BYTES;
  const compared: ComparedPage[] = [];
  let at = 0;
  /** Of pages that were not computed: rows they may have in the list, and those that they should have. */
  let [slack, expected] = [0, 0];
  for (const [index, { page, rows, swept, rowDigest }] of pages.entries()) {
    const keptRows = rows - swept;
    const starts = keptRows > 0 ? [] : startsOf(at, slack, expected).filter((start) => start + rows <= total);
    const from = starts.find((start) => digestOf(ids, start, rows).equals(rowDigest));
    if (from === undefined) {
      compared.push({ page, index, kind: keptRows > 0 ? 'kept' : 'other', keptRows, from: at, to: at });
      slack += rows;
      expected += swept;
    } else {
      compared.push({ page, index, kind: 'recomputed', keptRows, from, to: from + rows });
      at = from + rows;
      [slack, expected] = [0, 0];
    }
  }
  return { pages: compared, left: Math.max(0, total - at - slack) };
}

function startsOf(at: number, slack: number, expected: number): number[] {
  const tries = Math.min(slack, MAX_TRIES);
  return [at + expected, ...Array.from({ length: tries + 1 }, (_, offset) => at + offset)];
}

const digestOf = (ids: Buffer, from: number, rows: number): Buffer =>
  createHash('sha256')
    .update(ids.subarray(from * ID_BYTES, (from + rows) * ID_BYTES))
    .digest();
