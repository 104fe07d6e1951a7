import { one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/** Behind the workspace's lock. Who paused it, and when, stays in the audit. */
export function resume(tx: Queryable, { organization_id, deletion_id }: DeletionRow): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `update deletion
        set pause_time = null, paused_by = null, pause_reason = null, order_time = clock_timestamp()
      where organization_id = $1 and deletion_id = $2 and state = 'purging'
     returning *`,
    [organization_id, deletion_id],
  );
}
