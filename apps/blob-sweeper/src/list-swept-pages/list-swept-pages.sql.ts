import { many, maybeOne, type Queryable } from '@lethe/postgres';
import type { LedgerRow } from '../sweep/ledger.sql.js';

/** The newest epoch of which a page was swept. */
export function findNewestEpoch(db: Queryable, realmId: string): Promise<{ epoch: number } | undefined> {
  return maybeOne<{ epoch: number }>(
    db,
    `select epoch from swept_page where realm_id = $1 order by epoch desc limit 1`,
    [realmId],
  );
}

export async function hasPage(db: Queryable, realmId: string, epoch: number): Promise<boolean> {
  const page = await maybeOne(db, `select from swept_page where realm_id = $1 and epoch = $2 limit 1`, [
    realmId,
    epoch,
  ]);
  return page !== undefined;
}

export type VerifiedPage = Pick<
  LedgerRow,
  'page_no' | 'rows' | 'swept' | 'row_digest' | 'sweep_time' | 'stores'
>;

/** Verified pages in page order, behind the one before; of a sweep that has ended those that its report is of. */
export function listVerifiedPages(
  db: Queryable,
  realmId: string,
  epoch: number,
  after: number,
  limit: number,
): Promise<VerifiedPage[]> {
  return many<VerifiedPage>(
    db,
    `select page_no, rows, swept, row_digest, sweep_time, stores
       from swept_page
      where realm_id = $1 and epoch = $2 and page_no > $3 and state = 'verified'
        and page_no < coalesce((select pages from sweep_report where realm_id = $1 and epoch = $2), page_no + 1)
      order by page_no
      limit $4`,
    [realmId, epoch, after, limit],
  );
}
