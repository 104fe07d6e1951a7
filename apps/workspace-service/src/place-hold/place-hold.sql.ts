import { maybeOne, one, type Queryable } from '@lethe/postgres';
import type { HoldRow } from '../hold/hold.sql.js';

/** There is at most one: of each workspace, side and origin. */
export function findHoldInForce(
  tx: Queryable,
  workspaceId: string,
  byOperator: boolean,
  origin: string,
): Promise<HoldRow | undefined> {
  return maybeOne<HoldRow>(
    tx,
    `select * from hold where workspace_id = $1 and by_operator = $2 and origin = $3 and release_time is null`,
    [workspaceId, byOperator, origin],
  );
}

export function insertHold(
  tx: Queryable,
  it: {
    readonly holdId: string;
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
     values ($1, $2, $3, $4, $5, $6)
     returning *`,
    [it.holdId, it.workspaceId, it.origin, it.reason, it.placedBy, it.byOperator],
  );
}
