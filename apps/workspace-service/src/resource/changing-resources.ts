import type { Caller } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { accountOf, type Account } from '../account/account.js';
import { refusals } from '../refusals.js';
import { lockWorkspace, roleIn } from '../workspace/workspace.sql.js';
import { factsOf } from '../workspace/workspace.js';
import { touchWorkspace } from './resource.sql.js';

/**
 * Changes what a workspace holds, behind the lock that a deletion takes: a change commits before a deletion and is counted by
 * it, or finds the workspace gone. The caller must be validated and may WRITE.
 */
export function changingResources<T>(
  pool: Pool,
  caller: Caller,
  locate: (tx: PoolClient, account: Account) => Promise<string | undefined>,
  change: (tx: PoolClient, account: Account, workspaceId: string) => Promise<T>,
  notFound: () => Error = refusals.workspaceNotFound,
): Promise<T> {
  return transaction(pool, async (tx) => {
    const account = await accountOf(tx, caller);
    if (!account?.validated) throw refusals.callerNotValidated();
    const workspaceId = await locate(tx, account);
    if (workspaceId === undefined || !(await lockWorkspace(tx, account.organizationId, workspaceId)))
      throw notFound();
    const facts = await factsOf(tx, account.organizationId, workspaceId, account.userId);
    if (facts?.state !== 'active') throw notFound();
    const membership = await roleIn(tx, workspaceId, account.userId);
    if (membership === undefined || membership.role === 'READ')
      throw refusals.insufficientPermissions(
        'Insufficient permissions to change the resources of this workspace',
      );
    const result = await change(tx, account, workspaceId);
    await touchWorkspace(tx, workspaceId);
    return result;
  });
}
