import type { Caller } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import type { AuditEntry } from '../audit/audit.js';
import { appendAudit } from '../audit/audit.sql.js';
import { callingAccount, callingAccountNow, judge } from '../authorization/authorization.js';
import { refusals } from '../refusals.js';
import { callerOf, hasNul, uuidOf } from '../requests.js';
import { factsOf } from '../workspace/workspace.js';
import { lockWorkspace, raiseRevision } from '../workspace/workspace.sql.js';

/** A user as a member of a workspace, or as one to be. */
export interface Place {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly userId: string;
}

/** What was done, for the audit; undefined when there was nothing to do. */
export type MemberChange = Pick<AuditEntry, 'action' | 'detail'> | undefined;

interface MemberRequest {
  readonly caller?: Caller | undefined;
  readonly workspaceId: string;
  readonly userId: string;
}

const MAX_USER_ID = 128;

/**
 * Changes who is a member of a workspace and as what, behind the lock that a deletion waits for: a change commits before the
 * deletion, which then looks again, or finds the workspace gone. The caller must be validated and may manage its members.
 *
 * Locks: the workspace, then accounts, as the grant of an orphan does.
 */
export function changingMembers(
  pool: Pool,
  request: MemberRequest,
  change: (tx: PoolClient, place: Place) => Promise<MemberChange>,
): Promise<void> {
  const [caller, workspaceId, userId] = [callerOf(request), uuidOf(request.workspaceId), userIdOf(request)];
  return transaction(pool, async (tx) => {
    const { organizationId } = await callingAccount(tx, caller, 'manageMembers');
    if (workspaceId === undefined || !(await lockWorkspace(tx, organizationId, workspaceId)))
      throw refusals.workspaceNotFound();
    const account = await callingAccountNow(tx, caller, 'manageMembers');
    const facts = await factsOf(tx, organizationId, workspaceId, account.userId);
    const verdict = judge('manageMembers', account, facts);
    if (verdict === 'INSUFFICIENT_PERMISSIONS')
      throw refusals.insufficientPermissions('Insufficient permissions to manage workspace users');
    if (verdict !== 'allowed') throw refusals.workspaceNotFound();

    const changed = await change(tx, { organizationId, workspaceId, userId });
    if (changed === undefined) return;
    await raiseRevision(tx, organizationId, workspaceId);
    await appendAudit(tx, {
      ...{ organizationId, workspaceId, context: 'workspaceUser', contextId: userId },
      ...changed,
      by: { userId: account.userId },
    });
  });
}

/** Opaque, like every id: one that nobody can have is nobody's. The empty one is no account's. */
function userIdOf({ userId }: { readonly userId: string }): string {
  return hasNul(userId) || userId.length > MAX_USER_ID ? '' : userId;
}
