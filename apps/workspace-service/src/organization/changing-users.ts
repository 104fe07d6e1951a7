import type { Caller } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import type { Account } from '../account/account.js';
import { findUser, type UserRow } from '../account/account.sql.js';
import { callingAccount } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { hasNul } from '../requests.js';
import { lockOrganization } from './organization.sql.js';

/**
 * Changes who is a user of the caller's organization, one change at a time. The caller is looked at again behind the lock: of two
 * who revoke each other, the second is nobody by then. A target that the organization does not have is USER_NOT_FOUND.
 */
export function changingUsers<T>(
  pool: Pool,
  operation: 'deleteUser' | 'activateUser',
  { caller, userId }: { readonly caller: Caller; readonly userId: string },
  change: (tx: PoolClient, account: Account, target: UserRow) => Promise<T>,
): Promise<T> {
  return transaction(pool, async (tx) => {
    const { organizationId } = await callingAccount(tx, caller, operation);
    await lockOrganization(tx, organizationId);
    const account = await callingAccount(tx, caller, operation);
    const target = hasNul(userId) ? undefined : await findUser(tx, organizationId, userId);
    if (target === undefined) throw refusals.userNotFound();
    return change(tx, account, target);
  });
}
