import type { Bucket, Repository } from '@lethe/contracts';
import type { BucketRow, RepositoryRow } from './resource.sql.js';

export const wireBucket = (row: BucketRow): Bucket => ({
  bucketId: row.bucket_id,
  workspaceId: row.workspace_id,
  name: row.name,
  createTime: row.create_time,
});

export const wireRepository = (row: RepositoryRow): Repository => ({
  repositoryId: row.repository_id,
  workspaceId: row.workspace_id,
  name: row.name,
  bucketIds: row.bucket_ids,
  createTime: row.create_time,
});
