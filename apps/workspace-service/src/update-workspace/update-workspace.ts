import type { Caller, Workspace } from '@lethe/contracts';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import type { Account } from '../account/account.js';
import { appendAudit } from '../audit/audit.sql.js';
import { callingAccount, callingAccountNow, judge } from '../authorization/authorization.js';
import { lockOrganization } from '../organization/organization.sql.js';
import { refusals } from '../refusals.js';
import type { WorkspaceFacts } from '../workspace/workspace-state.js';
import { factsOf, withMembers } from '../workspace/workspace.js';
import { findWorkspace, lockWorkspace } from '../workspace/workspace.sql.js';
import { changeWorkspace, lockDefaultAnd, takeDefault } from './update-workspace.sql.js';

export interface UpdateRequest {
  readonly caller: Caller;
  /** Undefined: malformed, so that nothing has it. */
  readonly workspaceId: string | undefined;
  /** Undefined leaves it as it is; so of the default. */
  readonly name: string | undefined;
  readonly isDefault: boolean | undefined;
  /** Empty: whatever it is. */
  readonly etag: string;
}

/**
 * Renames a workspace, makes it its organization's default (and the one before no longer), or makes it the default no longer. Names
 * are not unique: several workspaces may have one. What changes nothing leaves the etag and the audit as they are.
 */
export function updateWorkspace(pool: Pool, request: UpdateRequest): Promise<Workspace> {
  return transaction(pool, async (tx) => {
    const { organizationId } = await callingAccount(tx, request.caller, 'updateWorkspace');
    const { workspaceId, name, isDefault } = request;
    if (workspaceId === undefined || !(await lock(tx, organizationId, workspaceId, isDefault === true)))
      throw refusals.workspaceNotFound();
    const account = await callingAccountNow(tx, request.caller, 'updateWorkspace');
    allow(account, await factsOf(tx, organizationId, workspaceId, account.userId), request);

    const before = await findWorkspace(tx, organizationId, workspaceId);
    const changes = [
      ...(name !== undefined && name !== before?.name ? [{ change: 'name' }] : []),
      ...(isDefault !== undefined && isDefault !== before?.is_default
        ? [{ change: 'default', isDefault }]
        : []),
    ];
    const audit = (contextId: string, detail: Readonly<Record<string, string | boolean>>) =>
      appendAudit(tx, {
        ...{ organizationId, workspaceId: contextId, context: 'workspace', contextId, action: 'updated' },
        by: { userId: account.userId },
        detail,
      });
    if (changes.length > 0) {
      if (isDefault)
        for (const former of await takeDefault(tx, organizationId, workspaceId))
          await audit(former, { change: 'default', isDefault: false });
      await changeWorkspace(tx, organizationId, workspaceId, { name, isDefault });
      for (const change of changes) await audit(workspaceId, change);
    }
    const row = await findWorkspace(tx, organizationId, workspaceId);
    const [workspace] = await withMembers(tx, row ? [row] : []);
    if (workspace === undefined) throw new Error('a changed workspace cannot be read');
    return workspace;
  });
}

/**
 * The lock that a deletion waits for; for the default, both workspaces'. One default is given at a time in an organization, and
 * workspaces are locked in the order of their ids, so that no two wait for each other.
 */
async function lock(
  tx: PoolClient,
  organizationId: string,
  workspaceId: string,
  takesDefault: boolean,
): Promise<boolean> {
  if (takesDefault) {
    await lockOrganization(tx, organizationId);
    await lockDefaultAnd(tx, organizationId, workspaceId);
  }
  return lockWorkspace(tx, organizationId, workspaceId);
}

function allow(account: Account, facts: WorkspaceFacts | undefined, request: UpdateRequest): void {
  const verdicts = [
    judge('updateWorkspace', account, facts),
    ...(request.isDefault === undefined ? [] : [judge('setDefaultWorkspace', account, facts)]),
  ];
  if (verdicts.includes('WORKSPACE_NOT_FOUND')) throw refusals.workspaceNotFound();
  if (verdicts.some((verdict) => verdict !== 'allowed'))
    throw refusals.insufficientPermissions('Insufficient permissions to update workspace');
  if (request.etag !== '' && request.etag !== facts?.etag) throw refusals.etagMismatch();
}
