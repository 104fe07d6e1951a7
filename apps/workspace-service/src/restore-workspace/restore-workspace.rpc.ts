import { status } from '@grpc/grpc-js';
import type { RestoreWorkspaceRequest, RestoreWorkspaceResponse } from '@lethe/contracts';
import { RefusalError, unreachable } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { refusals } from '../refusals.js';
import { idempotencyKeyOf, uuidOf } from '../requests.js';
import { restoreWorkspace } from './restore-workspace.js';

export const restoreWorkspaceRpc =
  (pool: Pool) =>
  async (request: RestoreWorkspaceRequest, context: CallContext): Promise<RestoreWorkspaceResponse> => {
    const caller = userOrOperator(request, context);
    const idempotencyKey = idempotencyKeyOf(request);
    if (caller === undefined && idempotencyKey !== '')
      throw refusals.invalidArgument('idempotency_key is for users: an operator leaves it empty');
    const outcome = await restoreWorkspace(pool, {
      caller,
      workspaceId: uuidOf(request.workspaceId),
      operator: context.caller,
      idempotencyKey,
    });
    switch (outcome.kind) {
      case 'restored':
        return caller === undefined ? withoutNames(outcome.answer) : outcome.answer;
      case 'idempotency_key_reused':
        throw refusals.idempotencyKeyReused();
      case 'caller_not_validated':
        throw refusals.callerNotValidated();
      case 'not_found':
        throw refusals.workspaceNotFound();
      case 'insufficient_permissions':
        throw refusals.insufficientPermissions('Insufficient permissions to restore workspace');
      case 'active':
        throw new RefusalError({
          code: status.ALREADY_EXISTS,
          reason: 'WORKSPACE_ACTIVE',
          message: 'The workspace is not deleted',
        });
      case 'window_closed':
        throw new RefusalError({
          code: status.FAILED_PRECONDITION,
          reason: 'RESTORE_WINDOW_CLOSED',
          message: 'The purge time of this workspace has come: only an operator can still restore it',
        });
      case 'purge_started':
        throw refusals.purgeStarted();
      default:
        return unreachable(outcome);
    }
  };

/** To operators: names are for members. */
function withoutNames(answer: RestoreWorkspaceResponse): RestoreWorkspaceResponse {
  const { workspace } = answer;
  const members = (workspace?.members ?? []).map((member) => ({ ...member, user: undefined }));
  return { ...answer, workspace: workspace && { ...workspace, name: '', members } };
}
