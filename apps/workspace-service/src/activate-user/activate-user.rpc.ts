import { status } from '@grpc/grpc-js';
import type { ActivateUserRequest, ActivateUserResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { appendAudit } from '../audit/audit.sql.js';
import { mayInOrganization } from '../authorization/authorization.js';
import { changingUsers } from '../organization/changing-users.js';
import { refusals } from '../refusals.js';
import { callerOf } from '../requests.js';
import { activateUser } from './activate-user.sql.js';

/** Undoes a revocation. Out of workspaces that were restored meanwhile the user stays until somebody adds the user again. */
export const activateUserRpc =
  (pool: Pool) =>
  async (request: ActivateUserRequest): Promise<ActivateUserResponse> => {
    const { userId } = request;
    return changingUsers(
      pool,
      'activateUser',
      { caller: callerOf(request), userId },
      async (tx, account, target) => {
        if (!mayInOrganization('activateUser', account))
          throw refusals.insufficientPermissions('Insufficient permissions to activate users');
        if (target.revoke_time === null)
          throw new RefusalError({
            code: status.FAILED_PRECONDITION,
            reason: 'USER_NOT_DELETED',
            message: 'User is not deleted',
          });
        const { organizationId } = account;
        await activateUser(tx, organizationId, userId);
        await appendAudit(tx, {
          ...{ organizationId, context: 'user', contextId: userId, action: 'updated' },
          by: { userId: account.userId },
          detail: { change: 'activated' },
        });
        return {};
      },
    );
  };
