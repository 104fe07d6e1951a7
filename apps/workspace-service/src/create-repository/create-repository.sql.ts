import { execute, one, type Queryable } from '@lethe/postgres';

/** How many of these are live buckets of the workspace. */
export async function countBuckets(
  tx: Queryable,
  workspaceId: string,
  bucketIds: readonly string[],
): Promise<number> {
  const { buckets } = await one<{ buckets: number }>(
    tx,
    `select count(*) as buckets
       from bucket
      where workspace_id = $1 and bucket_id = any($2::uuid[]) and delete_time is null`,
    [workspaceId, bucketIds],
  );
  return buckets;
}

export function insertRepository(
  tx: Queryable,
  row: { repositoryId: string; workspaceId: string; name: string; createdBy: string },
): Promise<{ create_time: Date }> {
  return one<{ create_time: Date }>(
    tx,
    `insert into repository (repository_id, workspace_id, name, created_by) values ($1, $2, $3, $4) returning create_time`,
    [row.repositoryId, row.workspaceId, row.name, row.createdBy],
  );
}

export function useBuckets(
  tx: Queryable,
  repositoryId: string,
  bucketIds: readonly string[],
): Promise<number> {
  return execute(
    tx,
    `insert into repository_bucket (repository_id, bucket_id) select $1, unnest($2::uuid[])`,
    [repositoryId, bucketIds],
  );
}
