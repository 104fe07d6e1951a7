import { one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/** Behind the workspace's lock, of a deletion that is not paused. */
export function pause(
  tx: Queryable,
  { organization_id, deletion_id }: DeletionRow,
  operator: string,
  reason: string,
): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `update deletion
        set pause_time = clock_timestamp(), paused_by = $3, pause_reason = $4, order_time = clock_timestamp()
      where organization_id = $1 and deletion_id = $2 and state = 'purging' and pause_time is null
     returning *`,
    [organization_id, deletion_id, operator, reason],
  );
}
