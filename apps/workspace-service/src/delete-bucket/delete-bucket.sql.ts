import { execute, type Queryable } from '@lethe/postgres';

export async function bucketLives(tx: Queryable, bucketId: string): Promise<boolean> {
  return (
    (await execute(tx, `select from bucket where bucket_id = $1 and delete_time is null`, [bucketId])) === 1
  );
}

/** Softly, unless a live repository uses it. */
export async function deleteBucket(tx: Queryable, bucketId: string): Promise<boolean> {
  const deleted = await execute(
    tx,
    `update bucket b
        set delete_time = clock_timestamp()
      where b.bucket_id = $1
        and b.delete_time is null
        and not exists (select from repository_bucket rb
                          join repository r using (repository_id)
                         where rb.bucket_id = b.bucket_id and r.delete_time is null)`,
    [bucketId],
  );
  return deleted === 1;
}
