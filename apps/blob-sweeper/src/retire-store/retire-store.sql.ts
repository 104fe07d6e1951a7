import { maybeOne, one, type Queryable } from '@lethe/postgres';
import type { StoreRow } from '../stores/store-registry.sql.js';

/** Repeating it leaves who did it first, and why. */
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
    `update store
        set retire_time = coalesce(retire_time, clock_timestamp()), retired_by = coalesce(retired_by, $3),
            retire_reason = coalesce(retire_reason, $4)
      where store_id = $1 and organization_id = $2
     returning *`,
    [store.storeId, store.organizationId, store.by, store.reason],
  );
}

/** Blocks of pages that are blocked now that the store showed last time; of this organization, or with '' of any. */
export async function blocksLeftIn(db: Queryable, storeId: string, organizationId: string): Promise<number> {
  const { blocks } = await one<{ blocks: number }>(
    db,
    `select coalesce(sum((outcome ->> 'left')::bigint), 0)::float8 as blocks
       from swept_page cross join lateral jsonb_array_elements(outcomes) as outcome
      where state = 'blocked' and ($2 = '' or organization_id = $2) and outcome ->> 'storeId' = $1`,
    [storeId, organizationId],
  );
  return blocks;
}
