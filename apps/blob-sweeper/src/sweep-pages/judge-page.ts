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
  /**
   * Was gone already: it is read back. What came back since is swept only where `sweepAgain`; `record` tells whether the ledger is
   * to know of this cut.
   */
  | {
      readonly kind: 'verified';
      readonly row: LedgerRow;
      readonly sweepAgain: boolean;
      readonly record: boolean;
    }
  /** A store said that something of it stays which no sweep finds, and nobody ordered to try again since: it is blocked still. */
  | { readonly kind: 'remains'; readonly row: LedgerRow }
  /** Its blocks may live again under the same ids: nothing is deleted, whatever the page says. */
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Once a page is verified its rows go, and a live realm may take up an id of it. So an old delivery must never delete: not of a
 * verified page, not of a sweep that has ended, and not of an older cut of a page.
 *
 * A newer cut than the ledger's is no old delivery. Rows go only for a receipt of the page's present cut, and a page whose rows went
 * is never cut again: so when it was cut, its rows stood, no receipt so far has taken them, and no live realm has an id of it. What is
 * under its keys came back with a backup, and is to be swept.
 */
export function judgePage(known: LedgerRow | undefined, ended: boolean, page: ReleasedPage): Judgement {
  const same = known?.row_digest.equals(page.rowDigest) && known.swept === page.blockIds.length;
  if (known?.state === 'verified' && same)
    return {
      kind: 'verified',
      row: known,
      sweepAgain: !ended && page.cut > known.cut,
      record: !ended && page.cut >= known.cut,
    };
  if (ended) return { kind: 'refused', reason: 'the sweep of this realm has ended' };
  if (known && (page.cut < known.cut || (page.cut === known.cut && !same)))
    return { kind: 'refused', reason: `an older cut: ${page.cut}, and ${known.cut} was swept` };
  if (known?.outcomes.some(({ remains }) => remains && retriesOf(page.cut) <= retriesOf(remains.cut)))
    return { kind: 'remains', row: known };
  return { kind: 'sweep' };
}

/** How often an operator had ordered to try again when the page was cut: each order begins its cuts at a multiple of this. */
const CUTS_OF_A_RETRY = 2 ** 32;
const retriesOf = (cut: number) => Math.floor(cut / CUTS_OF_A_RETRY);
