import type { LedgerRow } from '../sweep/ledger.sql.js';

/** A page of blocks as it was released. */
export interface ReleasedPage {
  readonly page: number;
  readonly blockIds: readonly string[];
  readonly rowDigest: Buffer;
  readonly rows: number;
  /** Grows each time the page is put together. */
  readonly cut: number;
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
 * verified page, not of a sweep that has ended, and not of an older cut of a page. `stores` are those that hold blocks now: a page
 * that was verified on others is swept again.
 */
export function judgePage(
  known: LedgerRow | undefined,
  ended: boolean,
  page: ReleasedPage,
  stores: readonly string[],
): Judgement {
  const same = known?.row_digest.equals(page.rowDigest) && known.swept === page.blockIds.length;
  const everywhere = stores.every((store) => known?.stores.includes(store));
  if (known?.state === 'verified' && same && (everywhere || ended)) return { kind: 'settled', row: known };
  if (ended) return { kind: 'refused', reason: 'the sweep of this realm has ended' };
  if (known && (page.cut < known.cut || (page.cut === known.cut && !same)))
    return { kind: 'refused', reason: `an older cut: ${page.cut}, and ${known.cut} was swept` };
  return { kind: 'sweep' };
}
