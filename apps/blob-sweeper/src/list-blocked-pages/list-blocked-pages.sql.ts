import { many, type Queryable } from '@lethe/postgres';
import type { LedgerRow } from '../sweep/ledger.sql.js';

/** Blocked pages in key order behind `after`. */
export function listBlockedPages(
  db: Queryable,
  realmId: string,
  after: readonly [string, number, number],
  limit: number,
): Promise<LedgerRow[]> {
  return many<LedgerRow>(
    db,
    `select *
       from swept_page
      where state = 'blocked'
        and ($1 = '' or realm_id::text = $1)
        and (realm_id, epoch, page_no) > ($2::uuid, $3::bigint, $4::bigint)
      order by realm_id, epoch, page_no
      limit $5`,
    [realmId, ...after, limit],
  );
}
