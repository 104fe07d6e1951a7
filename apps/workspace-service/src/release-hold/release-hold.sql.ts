import { maybeOne, type Queryable } from '@lethe/postgres';

export function releaseHold(
  tx: Queryable,
  holdId: string,
  releasedBy: string,
): Promise<{ workspace_id: string; organization_id: string; epoch: number; release_time: Date } | undefined> {
  return maybeOne(
    tx,
    `update hold h
        set released_by = $2, release_time = clock_timestamp()
       from workspace w
      where h.hold_id = $1 and h.release_time is null and w.workspace_id = h.workspace_id
     returning h.workspace_id, w.organization_id, w.epoch, h.release_time`,
    [holdId, releasedBy],
  );
}
