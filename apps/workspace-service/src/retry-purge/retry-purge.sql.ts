import { one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/** Behind the workspace's lock. */
export function countRetry(
  tx: Queryable,
  { organization_id, deletion_id }: DeletionRow,
): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `update deletion
        set retries = retries + 1, order_time = clock_timestamp()
      where organization_id = $1 and deletion_id = $2 and state = 'purging'
     returning *`,
    [organization_id, deletion_id],
  );
}
