import type { ListBucketsRequest, ListBucketsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { refusals } from '../refusals.js';
import { callerOf, uuidOf } from '../requests.js';
import { listBuckets } from '../resource/resource.sql.js';

export const listBucketsRpc =
  (pool: Pool) =>
  async (request: ListBucketsRequest): Promise<ListBucketsResponse> => {
    const account = await accountOf(pool, callerOf(request));
    if (account === undefined) throw refusals.userNotFound();
    const workspaceId = request.workspaceId === '' ? null : uuidOf(request.workspaceId);
    if (workspaceId === undefined) return { buckets: [], nextPageToken: '' }; // nothing has such an id
    const rows = await listBuckets(pool, account.organizationId, account.userId, workspaceId);
    return {
      nextPageToken: '',
      buckets: rows.map((row) => ({
        bucketId: row.bucket_id,
        workspaceId: row.workspace_id,
        name: row.name,
        createTime: row.create_time,
      })),
    };
  };
