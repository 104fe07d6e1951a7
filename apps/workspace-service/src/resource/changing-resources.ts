import type { Caller } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import type { Account } from '../account/account.js';
import { callingAccount, callingAccountNow, judge } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { lockWorkspace, raiseRevision } from '../workspace/workspace.sql.js';
import { factsOf } from '../workspace/workspace.js';

/**
 * Changes what a workspace holds, behind the lock that a deletion takes: a change commits before a deletion and is counted by
 * it, or finds the workspace gone. Who may is in the table (authorization/).
 */
export function changingResources<T>(
  pool: Pool,
  caller: Caller,
  locate: (tx: PoolClient, account: Account) => Promise<string | undefined>,
  change: (tx: PoolClient, account: Account, workspaceId: string) => Promise<T>,
  notFound: () => Error = refusals.workspaceNotFound,
): Promise<T> {
  return transaction(pool, async (tx) => {
    const before = await callingAccount(tx, caller, 'changeResources');
    const workspaceId = await locate(tx, before);
    if (workspaceId === undefined || !(await lockWorkspace(tx, before.organizationId, workspaceId)))
      throw notFound();
    const account = await callingAccountNow(tx, caller, 'changeResources');
    const facts = await factsOf(tx, account.organizationId, workspaceId, account.userId);
    const verdict = judge('changeResources', account, facts);
    if (verdict === 'WORKSPACE_NOT_FOUND') throw notFound();
    if (verdict !== 'allowed')
      throw refusals.insufficientPermissions(
        'Insufficient permissions to change the resources of this workspace',
      );
    const result = await change(tx, account, workspaceId);
    await raiseRevision(tx, account.organizationId, workspaceId);
    return result;
  });
}
