import { many, maybeOne, type Queryable } from '@lethe/postgres';
import { BEFORE_ALL_IDS } from '../page.js';
import { BUCKETS_OF_REPOSITORY, type RepositoryRow } from '../resource/resource.sql.js';

/**
 * Live repositories of the active workspaces that the user is a member of (of one, or of all), in the order of workspace and repository,
 * behind `after`. Walks the user's memberships, and in each workspace its repositories, each along its index and no further than the
 * limit; `offset 0` insists upon one workspace after the other. Where the page before ended is compared with the repository alone: as
 * a pair with the workspace, the index would begin at the workspace and pass over all that was listed of it.
 */
export function listRepositories(
  db: Queryable,
  organizationId: string,
  userId: string,
  workspaceId: string | null,
  after: readonly string[],
  limit: number,
): Promise<RepositoryRow[]> {
  return many<RepositoryRow>(
    db,
    `select r.repository_id, r.workspace_id, r.name, r.create_time,${BUCKETS_OF_REPOSITORY} as bucket_ids
       from membership m
      cross join lateral (select from workspace w
                           where w.workspace_id = m.workspace_id and w.organization_id = $1 and w.state = 'active'
                          offset 0) w
      cross join lateral (select b.*
                            from repository b
                           where b.workspace_id = m.workspace_id
                             and b.delete_time is null
                             and b.repository_id > case m.workspace_id when $4::uuid then $5::uuid else '${BEFORE_ALL_IDS}' end
                           order by b.repository_id
                           limit $6) r
      where m.user_id = $2
        and m.suspended_epoch is null
        and m.workspace_id >= $4::uuid
        and ($3::uuid is null or m.workspace_id = $3)
      order by m.workspace_id, r.repository_id
      limit $6`,
    [organizationId, userId, workspaceId, ...after, limit],
  );
}

/** One of those that `listRepositories` lists. */
export function findRepository(
  db: Queryable,
  organizationId: string,
  userId: string,
  workspaceId: string | null,
  repositoryId: string,
): Promise<RepositoryRow | undefined> {
  return maybeOne<RepositoryRow>(
    db,
    `select r.repository_id, r.workspace_id, r.name, r.create_time,${BUCKETS_OF_REPOSITORY} as bucket_ids
       from repository r
       join workspace w using (workspace_id)
       join membership m using (workspace_id)
      where r.repository_id = $4
        and r.delete_time is null
        and ($3::uuid is null or workspace_id = $3)
        and w.organization_id = $1
        and w.state = 'active'
        and m.user_id = $2
        and m.suspended_epoch is null`,
    [organizationId, userId, workspaceId, repositoryId],
  );
}
