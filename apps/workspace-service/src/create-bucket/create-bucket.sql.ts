import { one, type Queryable } from '@lethe/postgres';

export function insertBucket(
  tx: Queryable,
  row: { bucketId: string; workspaceId: string; name: string; createdBy: string },
): Promise<{ create_time: Date }> {
  return one<{ create_time: Date }>(
    tx,
    `insert into bucket (bucket_id, workspace_id, name, created_by) values ($1, $2, $3, $4) returning create_time`,
    [row.bucketId, row.workspaceId, row.name, row.createdBy],
  );
}
