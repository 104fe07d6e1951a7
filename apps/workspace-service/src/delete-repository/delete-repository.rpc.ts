import { status } from '@grpc/grpc-js';
import type { DeleteRepositoryRequest, DeleteRepositoryResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { callerOf, uuidOf } from '../requests.js';
import { auditResource } from '../resource/audit-resource.js';
import { changingResources } from '../resource/changing-resources.js';
import { workspaceOfRepository } from '../resource/resource.sql.js';
import { deleteRepository } from './delete-repository.sql.js';

const notFound = () =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'REPOSITORY_NOT_FOUND',
    message: 'Repository not found',
  });

export const deleteRepositoryRpc =
  (pool: Pool) =>
  (request: DeleteRepositoryRequest): Promise<DeleteRepositoryResponse> => {
    const repositoryId = uuidOf(request.repositoryId) ?? '';
    return changingResources(
      pool,
      callerOf(request),
      async (tx, { organizationId }) =>
        repositoryId === ''
          ? undefined
          : (await workspaceOfRepository(tx, organizationId, repositoryId))?.workspace_id,
      async (tx, account, workspaceId) => {
        if ((await deleteRepository(tx, account.organizationId, repositoryId)) !== 1) throw notFound();
        await auditResource(tx, account, workspaceId, {
          context: 'repository',
          contextId: repositoryId,
          action: 'deleted',
        });
        return {};
      },
      notFound,
    );
  };
