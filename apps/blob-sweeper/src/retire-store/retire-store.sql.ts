import { many, maybeOne, one, type Queryable } from '@lethe/postgres';
import type { StoreRow } from '../stores/store-registry.sql.js';

/** An order to retire a store. It stays when the store is configured again. */
export interface RetirementRow {
  readonly store_id: string;
  readonly organization_id: string;
  readonly retired_by: string;
  readonly reason: string;
  readonly order_time: Date;
}

/** Each order is kept. Of a store that is retired, a further one leaves who did it first, and why. */
export function retireStore(
  db: Queryable,
  store: {
    readonly storeId: string;
    readonly organizationId: string;
    readonly by: string;
    readonly reason: string;
  },
): Promise<StoreRow | undefined> {
  return maybeOne<StoreRow>(
    db,
    `with retired as (
       update store
          set retire_time = coalesce(retire_time, clock_timestamp()), retired_by = coalesce(retired_by, $3),
              retire_reason = coalesce(retire_reason, $4)
        where store_id = $1 and organization_id = $2
       returning *
     ), ordered as (
       insert into store_retirement (store_id, organization_id, retired_by, reason)
       select store_id, organization_id, $3, $4 from retired
     )
     select * from retired`,
    [store.storeId, store.organizationId, store.by, store.reason],
  );
}

/** Every order about a store, the first one first. */
export function listRetirements(db: Queryable, storeId: string): Promise<RetirementRow[]> {
  return many<RetirementRow>(
    db,
    `select store_id, organization_id, retired_by, reason, order_time
       from store_retirement
      where store_id = $1
      order by order_no`,
    [storeId],
  );
}

/**
 * Blocks that the store showed last time, or said to stay, of pages that are blocked or where it showed them behind a verification; of this
 * organization, or with '' of any. Not of a page that a
 * replay saw gone from this store since, nor of one that no sweep will look at again, for its sweep or a replay of it has ended: what
 * becomes of these, the report of that sweep depends on, and here nothing could ever change it.
 */
export async function blocksLeftIn(db: Queryable, storeId: string, organizationId: string): Promise<number> {
  const { blocks } = await one<{ blocks: number }>(
    db,
    `select coalesce(sum(greatest((outcome ->> 'left')::bigint, (outcome -> 'remains' ->> 'keys')::bigint)), 0)::float8 as blocks
       from swept_page page
      cross join lateral jsonb_array_elements(page.outcomes) as outcome
      where (page.state = 'blocked' or (outcome ->> 'left')::bigint > 0)
        and ($2 = '' or page.organization_id = $2)
        and outcome ->> 'storeId' = $1
        and not exists (select from sweep_report ended
                         where ended.realm_id = page.realm_id and ended.epoch >= page.epoch)
        and not exists (select from swept_page newer
                         where newer.realm_id = page.realm_id
                           and newer.epoch > page.epoch
                           and newer.state = 'verified'
                           and newer.rows = page.rows
                           and newer.row_digest = page.row_digest
                           and newer.outcomes @> jsonb_build_array(jsonb_build_object('storeId', $1::text)))`,
    [storeId, organizationId],
  );
  return blocks;
}
