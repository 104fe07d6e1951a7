import type { ListBucketsRequest, ListBucketsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { callingAccount } from '../authorization/authorization.js';
import { BEFORE_ALL_IDS, pageOf } from '../page.js';
import { callerOf, pageSizeOf, pageTokenOf, tokenPart, uuidOf } from '../requests.js';
import { wireBucket } from '../resource/resource.js';
import { listBuckets } from './list-buckets.sql.js';

export const listBucketsRpc =
  (pool: Pool) =>
  async (request: ListBucketsRequest): Promise<ListBucketsResponse> => {
    const size = pageSizeOf(request);
    const after = pageTokenOf(request, tokenPart.uuid, tokenPart.uuid) ?? [BEFORE_ALL_IDS, BEFORE_ALL_IDS];
    const { organizationId, userId } = await callingAccount(pool, callerOf(request), 'listResources');
    const workspaceId = request.workspaceId === '' ? null : uuidOf(request.workspaceId);
    if (workspaceId === undefined) return { buckets: [], nextPageToken: '' }; // nothing has such an id
    const rows = await listBuckets(pool, organizationId, userId, workspaceId, after, size + 1);
    const { page, nextPageToken } = pageOf(rows, size, (last) => [last.workspace_id, last.bucket_id]);
    return { buckets: page.map(wireBucket), nextPageToken };
  };
