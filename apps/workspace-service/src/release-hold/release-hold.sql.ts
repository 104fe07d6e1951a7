import { one, type Queryable } from '@lethe/postgres';
import type { HoldRow } from '../hold/hold.sql.js';

/** Of a hold in force, behind the lock of its workspace. */
export function releaseInForce(tx: Queryable, holdId: string, releasedBy: string): Promise<HoldRow> {
  return one<HoldRow>(
    tx,
    `update hold
        set released_by = $2, release_time = clock_timestamp()
      where hold_id = $1 and release_time is null
     returning *`,
    [holdId, releasedBy],
  );
}
