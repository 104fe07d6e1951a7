import { one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/** Behind the workspace's lock, of a deletion whose blocks are kept. */
export function releaseBlocks(
  tx: Queryable,
  { organization_id, deletion_id }: DeletionRow,
  operator: string,
): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `update deletion
        set release_time = clock_timestamp(), released_by = $3, order_time = clock_timestamp()
      where organization_id = $1 and deletion_id = $2 and state = 'purging' and keep_blocks and release_time is null
     returning *`,
    [organization_id, deletion_id, operator],
  );
}
