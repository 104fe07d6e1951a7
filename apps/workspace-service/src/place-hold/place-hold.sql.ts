import { one, type Queryable } from '@lethe/postgres';

export function insertHold(
  tx: Queryable,
  row: { holdId: string; workspaceId: string; origin: string; reason: string; placedBy: string },
): Promise<{ place_time: Date }> {
  return one<{ place_time: Date }>(
    tx,
    `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
     values ($1, $2, $3, $4, $5, true)
     returning place_time`,
    [row.holdId, row.workspaceId, row.origin, row.reason, row.placedBy],
  );
}
