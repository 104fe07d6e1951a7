import type { LedgerRow } from '../sweep/ledger.sql.js';

/** A page of blocks as it was released. */
export interface ReleasedPage {
  readonly page: number;
  readonly blockIds: readonly string[];
  readonly rowDigest: Buffer;
  readonly rows: number;
}

/** What may be done for a page that was delivered, by what the ledger has of it. */
export type Judgement =
  | { readonly kind: 'sweep' }
  /** Gone already: only the receipt is sent again. */
  | { readonly kind: 'settled'; readonly row: LedgerRow }
  /** Its blocks may live again under the same ids: nothing is deleted, whatever the page says. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Once a page is verified its rows go, and a live realm may take up an id of it. So an old delivery must never delete: not of a
 * verified page, not of a sweep that has ended, and not of an older cut of a page (rows come to a page, none leaves it).
 */
export function judgePage(known: LedgerRow | undefined, ended: boolean, page: ReleasedPage): Judgement {
  const same = known?.row_digest.equals(page.rowDigest);
  if (known?.state === 'verified' && same && known.swept >= page.blockIds.length)
    return { kind: 'settled', row: known };
  if (ended) return { kind: 'refused', reason: 'the sweep of this realm has ended' };
  if (known && !same && page.rows <= known.rows)
    return { kind: 'refused', reason: `the page was released with ${known.rows} other rows since` };
  return { kind: 'sweep' };
}
