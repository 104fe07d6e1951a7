import { many, type Queryable } from '@lethe/postgres';

/**
 * Since when nobody has access to an active workspace: it has members that count, and every one of them is revoked. No row when
 * it is no orphan. Never a soft-deleted one: there no member counts.
 * @param workspaceId a column of the statement around it
 */
export const orphanedSince = (workspaceId: string): string => `
  select max(a.revoke_time) as since
    from membership m
    join account a using (user_id)
   where m.workspace_id = ${workspaceId}
     and m.suspended_epoch is null
  having bool_and(a.revoke_time is not null)`;

export interface OrphanRow {
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly epoch: number;
  readonly since: Date;
  readonly now: Date;
}

/** The orphans that a user was a member of, or any revoked user of the organization (null); by id, behind `after`. */
export function listOrphansOf(
  tx: Queryable,
  organizationId: string,
  userId: string | null,
  after: string,
  limit: number,
): Promise<OrphanRow[]> {
  return many<OrphanRow>(
    tx,
    `select w.organization_id, w.workspace_id, w.epoch, orphan.since, clock_timestamp() as now
       from workspace w
       join deletion_policy policy using (organization_id)
      cross join lateral (${orphanedSince('w.workspace_id')}) orphan
      where w.organization_id = $1
        and w.state = 'active'
        and not policy.sequestered
        and w.workspace_id > $3
        and w.workspace_id in (select gone.workspace_id
                                 from membership gone
                                 join account a using (user_id)
                                where a.organization_id = $1
                                  and a.revoke_time is not null
                                  and ($2::text is null or gone.user_id = $2)
                                  and gone.suspended_epoch is null
                                  and gone.workspace_id > $3)
      order by w.workspace_id
      limit $4`,
    [organizationId, userId, after, limit],
  );
}
