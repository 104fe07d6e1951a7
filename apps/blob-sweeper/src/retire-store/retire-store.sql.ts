import { maybeOne, type Queryable } from '@lethe/postgres';
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
