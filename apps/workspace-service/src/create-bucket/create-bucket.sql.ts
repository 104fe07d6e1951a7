import { one, type Queryable } from '@lethe/postgres';

export function insertBucket(
  tx: Queryable,
  row: { organizationId: string; bucketId: string; workspaceId: string; name: string; createdBy: string },
): Promise<{ create_time: Date }> {
  return one<{ create_time: Date }>(
    tx,
    `insert into bucket (bucket_id, workspace_id, name, created_by)
     select $2, workspace_id, $4, $5 from workspace where organization_id = $1 and workspace_id = $3
     returning create_time`,
    [row.organizationId, row.bucketId, row.workspaceId, row.name, row.createdBy],
  );
}
