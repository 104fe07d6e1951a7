import { many, type Queryable } from '@lethe/postgres';
import type { HoldRow } from '../hold/hold.sql.js';

/** Newest first, behind (time, id) of the last one seen; released ones too. */
export function listHolds(
  db: Queryable,
  organizationId: string,
  workspaceId: string,
  after: readonly string[] | undefined,
  limit: number,
): Promise<HoldRow[]> {
  const [time, holdId] = after ?? ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
  return many<HoldRow>(
    db,
    `select h.*
       from hold h
       join workspace w using (workspace_id)
      where w.organization_id = $1
        and h.workspace_id = $2
        and (h.place_time, h.hold_id) < ($3::timestamptz, $4::uuid)
      order by h.place_time desc, h.hold_id desc
      limit $5`,
    [organizationId, workspaceId, time, holdId, limit],
  );
}
