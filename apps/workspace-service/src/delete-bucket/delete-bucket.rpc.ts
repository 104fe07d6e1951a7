import { status } from '@grpc/grpc-js';
import type { DeleteBucketRequest, DeleteBucketResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { callerOf, uuidOf } from '../requests.js';
import { auditResource } from '../resource/audit-resource.js';
import { changingResources } from '../resource/changing-resources.js';
import { workspaceOfBucket } from '../resource/resource.sql.js';
import { bucketLives, deleteBucket } from './delete-bucket.sql.js';

const notFound = () =>
  new RefusalError({ code: status.NOT_FOUND, reason: 'BUCKET_NOT_FOUND', message: 'Bucket not found' });

export const deleteBucketRpc =
  (pool: Pool) =>
  (request: DeleteBucketRequest): Promise<DeleteBucketResponse> => {
    const bucketId = uuidOf(request.bucketId) ?? '';
    return changingResources(
      pool,
      callerOf(request),
      async (tx, { organizationId }) =>
        bucketId === '' ? undefined : (await workspaceOfBucket(tx, organizationId, bucketId))?.workspace_id,
      async (tx, account, workspaceId) => {
        // Another may have deleted it while this one waited for the lock.
        if (!(await bucketLives(tx, account.organizationId, bucketId))) throw notFound();
        if (!(await deleteBucket(tx, account.organizationId, bucketId)))
          throw new RefusalError({
            code: status.FAILED_PRECONDITION,
            reason: 'BUCKET_IN_USE',
            message: 'A repository uses this bucket: delete the repository first',
          });
        await auditResource(tx, account, workspaceId, {
          context: 'bucket',
          contextId: bucketId,
          action: 'deleted',
        });
        return {};
      },
      notFound,
    );
  };
