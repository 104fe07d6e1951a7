import { execute, one, type Queryable } from '@lethe/postgres';

/** How many of these are live buckets of the workspace. */
export async function countBuckets(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  bucketIds: readonly string[],
): Promise<number> {
  const { buckets } = await one<{ buckets: number }>(
    tx,
    `select count(*) as buckets
       from bucket
       join workspace using (workspace_id)
      where organization_id = $1 and workspace_id = $2 and bucket_id = any($3::uuid[]) and delete_time is null`,
    [organizationId, workspaceId, bucketIds],
  );
  return buckets;
}

export function insertRepository(
  tx: Queryable,
  row: { organizationId: string; repositoryId: string; workspaceId: string; name: string; createdBy: string },
): Promise<{ create_time: Date }> {
  return one<{ create_time: Date }>(
    tx,
    `insert into repository (repository_id, workspace_id, name, created_by)
     select $2, workspace_id, $4, $5 from workspace where organization_id = $1 and workspace_id = $3
     returning create_time`,
    [row.organizationId, row.repositoryId, row.workspaceId, row.name, row.createdBy],
  );
}

export function useBuckets(
  tx: Queryable,
  organizationId: string,
  repositoryId: string,
  bucketIds: readonly string[],
): Promise<number> {
  return execute(
    tx,
    `insert into repository_bucket (repository_id, bucket_id)
     select $2, bucket_id
       from bucket
       join workspace using (workspace_id)
      where organization_id = $1 and bucket_id = any($3::uuid[])`,
    [organizationId, repositoryId, bucketIds],
  );
}
