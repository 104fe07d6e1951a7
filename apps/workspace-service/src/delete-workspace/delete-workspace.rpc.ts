import { status } from '@grpc/grpc-js';
import type { DeleteWorkspaceRequest, DeleteWorkspaceResponse } from '@lethe/contracts';
import { RefusalError, unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { wireDeletion } from '../deletion/deletion.js';
import { refusals } from '../refusals.js';
import { callerOf, uuidOf } from '../requests.js';
import { deleteWorkspace } from './delete-workspace.js';

export const deleteWorkspaceRpc =
  (pool: Pool) =>
  async (request: DeleteWorkspaceRequest): Promise<DeleteWorkspaceResponse> => {
    const outcome = await deleteWorkspace(pool, {
      caller: callerOf(request),
      workspaceId: uuidOf(request.workspaceId),
      etag: request.etag,
    });
    switch (outcome.kind) {
      case 'scheduled':
        return { deletion: wireDeletion(outcome.deletion) };
      case 'caller_not_validated':
        throw refusals.callerNotValidated();
      case 'not_found':
        throw refusals.workspaceNotFound();
      case 'already_deleted':
        throw new RefusalError({
          code: status.NOT_FOUND,
          reason: 'WORKSPACE_ALREADY_DELETED',
          message: 'Workspace not found',
          metadata: {
            deletionId: outcome.deletion.deletion_id,
            deleteTime: outcome.deletion.delete_time?.toISOString() ?? '',
            purgeTime: outcome.deletion.purge_time?.toISOString() ?? '',
            restorable: String(outcome.restorable),
          },
        });
      case 'insufficient_permissions':
        throw refusals.insufficientPermissions('Insufficient permissions to delete workspace');
      case 'etag_mismatch':
        throw new RefusalError({
          code: status.ABORTED,
          reason: 'ETAG_MISMATCH',
          message: 'The workspace has changed: read it again and send its new etag',
        });
      case 'has_resources':
        throw new RefusalError({
          code: status.FAILED_PRECONDITION,
          reason: 'WORKSPACE_HAS_RESOURCES',
          message: 'Cannot delete workspace with existing buckets or repos',
          metadata: { buckets: String(outcome.buckets), repositories: String(outcome.repositories) },
        });
      default:
        return unreachable(outcome);
    }
  };
