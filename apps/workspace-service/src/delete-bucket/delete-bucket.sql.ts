import { execute, type Queryable } from '@lethe/postgres';

export async function bucketLives(tx: Queryable, organizationId: string, bucketId: string): Promise<boolean> {
  const live = await execute(
    tx,
    `select from bucket
       join workspace using (workspace_id)
      where organization_id = $1 and bucket_id = $2 and delete_time is null`,
    [organizationId, bucketId],
  );
  return live === 1;
}

/** Softly, unless a live repository uses it. */
export async function deleteBucket(
  tx: Queryable,
  organizationId: string,
  bucketId: string,
): Promise<boolean> {
  const deleted = await execute(
    tx,
    `update bucket b
        set delete_time = clock_timestamp()
       from workspace w
      where w.organization_id = $1
        and b.workspace_id = w.workspace_id
        and b.bucket_id = $2
        and b.delete_time is null
        and not exists (select from repository_bucket rb
                          join repository r using (repository_id)
                         where rb.bucket_id = b.bucket_id and r.delete_time is null)`,
    [organizationId, bucketId],
  );
  return deleted === 1;
}
