import { execute, many, maybeOne, type Queryable } from '@lethe/postgres';

export interface BucketRow {
  readonly bucket_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly create_time: Date;
}

export interface RepositoryRow {
  readonly repository_id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly create_time: Date;
  readonly bucket_ids: string[];
}

/** Live resources of active workspaces that the user is a member of; of one workspace, or of all. */
const VISIBLE = `
      where r.delete_time is null
        and w.state = 'active'
        and w.organization_id = $1
        and m.user_id = $2
        and m.suspended_epoch is null
        and ($3::uuid is null or w.workspace_id = $3)`;

export function listBuckets(
  db: Queryable,
  organizationId: string,
  userId: string,
  workspaceId: string | null,
): Promise<BucketRow[]> {
  return many<BucketRow>(
    db,
    `select r.bucket_id, r.workspace_id, r.name, r.create_time
       from bucket r
       join workspace w using (workspace_id)
       join membership m using (workspace_id)
     ${VISIBLE}
      order by r.workspace_id, r.bucket_id`,
    [organizationId, userId, workspaceId],
  );
}

export function listRepositories(
  db: Queryable,
  organizationId: string,
  userId: string,
  workspaceId: string | null,
): Promise<RepositoryRow[]> {
  return many<RepositoryRow>(
    db,
    `select r.repository_id, r.workspace_id, r.name, r.create_time,
            array(select rb.bucket_id from repository_bucket rb
                   where rb.repository_id = r.repository_id order by rb.bucket_id)::text[] as bucket_ids
       from repository r
       join workspace w using (workspace_id)
       join membership m using (workspace_id)
     ${VISIBLE}
      order by r.workspace_id, r.repository_id`,
    [organizationId, userId, workspaceId],
  );
}

/** The workspace that a live bucket of the organization stands in. */
export function workspaceOfBucket(
  db: Queryable,
  organizationId: string,
  bucketId: string,
): Promise<{ workspace_id: string } | undefined> {
  return maybeOne(
    db,
    `select r.workspace_id
       from bucket r
       join workspace w using (workspace_id)
      where r.bucket_id = $2 and r.delete_time is null and w.organization_id = $1`,
    [organizationId, bucketId],
  );
}

export function workspaceOfRepository(
  db: Queryable,
  organizationId: string,
  repositoryId: string,
): Promise<{ workspace_id: string } | undefined> {
  return maybeOne(
    db,
    `select r.workspace_id
       from repository r
       join workspace w using (workspace_id)
      where r.repository_id = $2 and r.delete_time is null and w.organization_id = $1`,
    [organizationId, repositoryId],
  );
}

/** Any change of what a workspace holds changes its etag. */
export function touchWorkspace(tx: Queryable, workspaceId: string): Promise<number> {
  return execute(
    tx,
    `update workspace set revision = revision + 1 where workspace_id = $1 and state = 'active'`,
    [workspaceId],
  );
}
