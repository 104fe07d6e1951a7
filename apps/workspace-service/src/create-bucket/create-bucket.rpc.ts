import { randomUUID } from 'node:crypto';
import type { CreateBucketRequest, CreateBucketResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { callerOf, nameOf, workspaceIdOf } from '../requests.js';
import { auditResource } from '../resource/audit-resource.js';
import { changingResources } from '../resource/changing-resources.js';
import { insertBucket } from './create-bucket.sql.js';

export const createBucketRpc =
  (pool: Pool) =>
  (request: CreateBucketRequest): Promise<CreateBucketResponse> => {
    const name = nameOf(request);
    const locate = () => Promise.resolve(workspaceIdOf(request));
    return changingResources(pool, callerOf(request), locate, async (tx, account, workspaceId) => {
      const bucketId = randomUUID();
      const { create_time: createTime } = await insertBucket(tx, {
        organizationId: account.organizationId,
        bucketId,
        workspaceId,
        name,
        createdBy: account.userId,
      });
      await auditResource(tx, account, workspaceId, {
        context: 'bucket',
        contextId: bucketId,
        action: 'created',
      });
      return { bucket: { bucketId, workspaceId, name, createTime } };
    });
  };
