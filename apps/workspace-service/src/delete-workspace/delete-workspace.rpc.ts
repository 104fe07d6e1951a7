import { status } from '@grpc/grpc-js';
import type { DeleteWorkspaceRequest, DeleteWorkspaceResponse } from '@lethe/contracts';
import { RefusalError, unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { alreadyDeleted } from '../deletion/already-deleted.js';
import { wireDeletion } from '../deletion/deletion.js';
import { refusals } from '../refusals.js';
import { callerOf, idempotencyKeyOf, uuidOf } from '../requests.js';
import { deleteWorkspace } from './delete-workspace.js';

export const deleteWorkspaceRpc =
  (pool: Pool) =>
  async (request: DeleteWorkspaceRequest): Promise<DeleteWorkspaceResponse> => {
    const outcome = await deleteWorkspace(pool, {
      caller: callerOf(request),
      workspaceId: uuidOf(request.workspaceId),
      etag: request.etag,
      idempotencyKey: idempotencyKeyOf(request),
    });
    switch (outcome.kind) {
      case 'scheduled':
        return { deletion: wireDeletion(outcome.deletion) };
      case 'repeated':
        return { deletion: outcome.deletion };
      case 'caller_not_validated':
        throw refusals.callerNotValidated();
      case 'not_found':
        throw refusals.workspaceNotFound();
      case 'already_deleted':
        throw alreadyDeleted(outcome.deletion, outcome.restorable);
      case 'insufficient_permissions':
        throw refusals.insufficientPermissions('Insufficient permissions to delete workspace');
      case 'etag_mismatch':
        throw refusals.etagMismatch();
      case 'has_resources':
        throw new RefusalError({
          code: status.FAILED_PRECONDITION,
          reason: 'WORKSPACE_HAS_RESOURCES',
          message: 'Cannot delete workspace with existing buckets or repos',
          metadata: { buckets: String(outcome.buckets), repositories: String(outcome.repositories) },
        });
      case 'held':
        throw new RefusalError({
          code: status.FAILED_PRECONDITION,
          reason: 'HELD',
          message: 'A legal hold keeps this workspace: it can be deleted once every hold is released',
          metadata: { holds: String(outcome.holds) },
        });
      case 'default_workspace':
        throw new RefusalError({
          code: status.FAILED_PRECONDITION,
          reason: 'DEFAULT_WORKSPACE',
          message: 'This is the default workspace of its organization: make another one the default first',
        });
      case 'idempotency_key_reused':
        throw refusals.idempotencyKeyReused();
      case 'contended':
        throw new RefusalError({
          code: status.UNAVAILABLE,
          reason: 'CONTENDED',
          message: 'The workspace is being changed by others, try again',
        });
      default:
        return unreachable(outcome);
    }
  };
