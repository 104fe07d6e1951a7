import { one, type Queryable } from '@lethe/postgres';
import type { HoldRow } from '../hold/hold.sql.js';

/** Of a hold in force, behind the lock of its workspace. */
export function releaseInForce(
  tx: Queryable,
  organizationId: string,
  holdId: string,
  releasedBy: string,
): Promise<HoldRow> {
  return one<HoldRow>(
    tx,
    `update hold h
        set released_by = $3, release_time = clock_timestamp()
       from workspace w
      where h.hold_id = $2
        and h.release_time is null
        and w.workspace_id = h.workspace_id
        and w.organization_id = $1
     returning h.*`,
    [organizationId, holdId, releasedBy],
  );
}
