import { many, type Queryable } from '@lethe/postgres';

/** A workspace under a legal hold is not purged, so nothing approaches. */
const NOT_HELD = `not exists (select from hold h where h.workspace_id = d.workspace_id and h.release_time is null)`;

/**
 * Locks the next deletions whose purge is as near as that, with their workspaces, so that who restores, grants or holds one comes
 * before or after. Those that somebody has in hand are left for the next look.
 */
export async function lockApproaching(
  tx: Queryable,
  noticeSeconds: number,
  limit: number,
): Promise<string[]> {
  const rows = await many<{ deletion_id: string }>(
    tx,
    `select d.deletion_id
       from deletion d
       join workspace w using (workspace_id)
      where d.state = 'scheduled'
        and d.notice_time is null
        and d.purge_time <= now() + make_interval(secs => $1)
        and ${NOT_HELD}
      order by d.purge_time
      limit $2
        for update of w, d skip locked`,
    [noticeSeconds, limit],
  );
  return rows.map((row) => row.deletion_id);
}

export interface AnnouncedRow {
  readonly deletion_id: string;
  readonly workspace_id: string;
  readonly organization_id: string;
  readonly epoch: number;
  readonly purge_time: Date;
  readonly notice_time: Date;
}

/** A statement of its own behind the locks: a hold that was placed while they were taken is seen here. */
export function setNoticeTime(tx: Queryable, deletionIds: readonly string[]): Promise<AnnouncedRow[]> {
  return many<AnnouncedRow>(
    tx,
    `update deletion d
        set notice_time = clock_timestamp()
      where d.deletion_id = any($1::uuid[])
        and d.state = 'scheduled'
        and d.notice_time is null
        and ${NOT_HELD}
     returning deletion_id, workspace_id, organization_id, epoch, purge_time, notice_time`,
    [deletionIds],
  );
}
