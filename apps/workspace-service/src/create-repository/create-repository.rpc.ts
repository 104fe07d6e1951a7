import { randomUUID } from 'node:crypto';
import type { CreateRepositoryRequest, CreateRepositoryResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { refusals } from '../refusals.js';
import { callerOf, nameOf, uuidOf, workspaceIdOf } from '../requests.js';
import { auditResource } from '../resource/audit-resource.js';
import { changingResources } from '../resource/changing-resources.js';
import { countBuckets, insertRepository, useBuckets } from './create-repository.sql.js';

const MAX_BUCKETS = 100;

export const createRepositoryRpc =
  (pool: Pool) =>
  (request: CreateRepositoryRequest): Promise<CreateRepositoryResponse> => {
    const name = nameOf(request);
    const bucketIds = [...new Set(request.bucketIds.map((id) => uuidOf(id) ?? unknownBucket()))];
    if (bucketIds.length > MAX_BUCKETS) throw refusals.invalidArgument(`at most ${MAX_BUCKETS} buckets`);
    const locate = () => Promise.resolve(workspaceIdOf(request));
    return changingResources(pool, callerOf(request), locate, async (tx, account, workspaceId) => {
      if ((await countBuckets(tx, account.organizationId, workspaceId, bucketIds)) !== bucketIds.length)
        unknownBucket();
      const repositoryId = randomUUID();
      const { create_time: createTime } = await insertRepository(tx, {
        organizationId: account.organizationId,
        repositoryId,
        workspaceId,
        name,
        createdBy: account.userId,
      });
      await useBuckets(tx, account.organizationId, repositoryId, bucketIds);
      await auditResource(tx, account, workspaceId, {
        context: 'repository',
        contextId: repositoryId,
        action: 'created',
      });
      return { repository: { repositoryId, workspaceId, name, bucketIds, createTime } };
    });
  };

function unknownBucket(): never {
  throw refusals.invalidArgument('bucket_ids must be live buckets of the workspace');
}
