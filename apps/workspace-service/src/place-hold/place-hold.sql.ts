import { maybeOne, one, type Queryable } from '@lethe/postgres';
import type { HoldRow } from '../hold/hold.sql.js';

/** Of a workspace, side and origin: the first, where there are several of old. */
export function findHoldInForce(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  byOperator: boolean,
  origin: string,
): Promise<HoldRow | undefined> {
  return maybeOne<HoldRow>(
    tx,
    `select h.*
       from hold h
       join workspace w using (workspace_id)
      where w.organization_id = $1
        and h.workspace_id = $2
        and h.by_operator = $3
        and h.origin = $4
        and h.release_time is null
      order by h.place_time, h.hold_id
      limit 1`,
    [organizationId, workspaceId, byOperator, origin],
  );
}

export function insertHold(
  tx: Queryable,
  it: {
    readonly holdId: string;
    readonly organizationId: string;
    readonly workspaceId: string;
    readonly origin: string;
    readonly reason: string;
    readonly placedBy: string;
    readonly byOperator: boolean;
  },
): Promise<HoldRow> {
  return one<HoldRow>(
    tx,
    `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
     select $1, workspace_id, $4, $5, $6, $7
       from workspace
      where organization_id = $2 and workspace_id = $3
     returning *`,
    [it.holdId, it.organizationId, it.workspaceId, it.origin, it.reason, it.placedBy, it.byOperator],
  );
}
