import { many, type Queryable } from '@lethe/postgres';
import type { LedgerRow } from '../sweep/ledger.sql.js';

/** Where a list of blocked pages goes on: block time, realm, epoch, page. */
export type BlockedPlace = readonly [string, string, number, number];

/** Blocked pages behind `after`, those that wait longest first. A page keeps its place while it is blocked. */
export function listBlockedPages(
  db: Queryable,
  realmId: string,
  after: BlockedPlace,
  limit: number,
): Promise<LedgerRow[]> {
  return many<LedgerRow>(
    db,
    `select *
       from swept_page
      where state = 'blocked'
        and ($1 = '' or realm_id::text = $1)
        and (block_time, realm_id, epoch, page_no) > ($2::timestamptz, $3::uuid, $4::bigint, $5::bigint)
      order by block_time, realm_id, epoch, page_no
      limit $6`,
    [realmId, ...after, limit],
  );
}
