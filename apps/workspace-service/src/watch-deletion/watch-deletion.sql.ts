import { maybeOne, type Queryable } from '@lethe/postgres';

/**
 * One value that is another as soon as anything is another by which the newest deletion of a workspace is described, or by which this
 * user (undefined: an operator) may see it: PostgreSQL's versions of those rows. With the time by the database's clock, by which it
 * turns without any change. None: there is no such workspace for the user.
 */
export function readVersion(
  db: Queryable,
  workspaceId: string,
  userId: string | undefined,
): Promise<{ version: string; now: Date } | undefined> {
  return maybeOne<{ version: string; now: Date }>(
    db,
    `select row(w.xmin, a.xmin, m.xmin, d.xmin, d.due, c.xmin,
                (select string_agg(p.xmin::text, ' ' order by p.participant)
                   from deletion_participant p where p.deletion_id = d.deletion_id),
                (select string_agg(p.xmin::text, ' ' order by p.participant)
                   from deletion_progress p where p.deletion_id = d.deletion_id),
                (select string_agg(h.hold_id::text, ' ' order by h.hold_id)
                   from hold h where h.workspace_id = w.workspace_id and h.release_time is null))::text as version,
            clock_timestamp()::timestamptz(3) as now
       from workspace w
       left join account a on a.user_id = $2 and a.organization_id = w.organization_id
       left join membership m on m.workspace_id = w.workspace_id and m.user_id = $2
       left join lateral (select deletion_id, xmin, purge_time <= clock_timestamp() as due
                            from deletion
                           where workspace_id = w.workspace_id
                           order by epoch desc
                           limit 1) d on true
       left join certificate c on c.deletion_id = d.deletion_id
      where w.workspace_id = $1 and ($2::text is null or a.user_id is not null)`,
    [workspaceId, userId ?? null],
  );
}
