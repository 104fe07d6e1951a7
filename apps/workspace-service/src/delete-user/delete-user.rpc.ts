import { status } from '@grpc/grpc-js';
import type { DeleteUserRequest, DeleteUserResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { appendAudit } from '../audit/audit.sql.js';
import { mayDeleteUser } from '../authorization/authorization.js';
import { announceOrphans } from '../orphan/announce-orphans.js';
import { changingUsers } from '../organization/changing-users.js';
import { refusals } from '../refusals.js';
import { callerOf } from '../requests.js';
import { revokeUser } from './delete-user.sql.js';

/** Revokes a user, and says which workspaces nobody has access to any more. Nothing happens to those by itself. */
export const deleteUserRpc =
  (pool: Pool) =>
  async (request: DeleteUserRequest): Promise<DeleteUserResponse> => {
    const { userId } = request;
    return changingUsers(
      pool,
      'deleteUser',
      { caller: callerOf(request), userId },
      async (tx, account, target) => {
        if (target.revoke_time !== null) throw refusals.userNotFound();
        if (!mayDeleteUser(account, { orgRole: target.org_role }))
          throw refusals.insufficientPermissions('Insufficient permissions to delete users');
        if (userId === account.userId)
          throw new RefusalError({
            code: status.FAILED_PRECONDITION,
            reason: 'CANNOT_DELETE_SELF',
            message: 'Cannot delete yourself',
          });
        const { organizationId } = account;
        await revokeUser(tx, organizationId, userId);
        await appendAudit(tx, {
          ...{ organizationId, context: 'user', contextId: userId, action: 'deleted' },
          by: { userId: account.userId },
        });
        return { orphanedWorkspaceIds: await announceOrphans(tx, organizationId, userId) };
      },
    );
  };
