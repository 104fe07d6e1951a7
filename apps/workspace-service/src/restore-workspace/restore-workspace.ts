import type { Caller, Workspace } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { event } from '../event.js';
import { decideRestore, type RestoreDecision, type Restorer } from '../workspace/workspace-state.js';
import { factsOf, withMembers } from '../workspace/workspace.js';
import { findWorkspace, lockWorkspace, organizationOf } from '../workspace/workspace.sql.js';
import { omittedMembers, restore } from './restore-workspace.sql.js';

export type RestoreOutcome =
  | { readonly kind: 'restored'; readonly workspace: Workspace; readonly omitted: string[] }
  | Exclude<RestoreDecision, { readonly kind: 'restore' }>;

/** Who asks: a user, or (without one) an operator of the installation, by the name its token proved. */
export interface RestoreRequest {
  /** Undefined: malformed, so that nothing has it. */
  readonly workspaceId: string | undefined;
  readonly caller: Caller | undefined;
  readonly operator: string;
}

/** Undoes a soft deletion: members and roles as they were. Against the grant there is one winner, by the workspace row's lock. */
export async function restoreWorkspace(pool: Pool, request: RestoreRequest): Promise<RestoreOutcome> {
  return transaction(pool, async (tx) => {
    const { workspaceId, caller, operator } = request;
    const restorer: Restorer = caller
      ? { kind: 'user', account: await accountOf(tx, caller) }
      : { kind: 'operator' };
    const organizationId = workspaceId && (await organizationFor(tx, restorer, workspaceId));
    if (!workspaceId || !organizationId || !(await lockWorkspace(tx, organizationId, workspaceId)))
      return decideRestore(restorer, undefined) as RestoreOutcome;

    const decision = decideRestore(
      restorer,
      await factsOf(tx, organizationId, workspaceId, caller?.userId ?? ''),
    );
    if (decision.kind !== 'restore') return decision;

    const deletion = await restore(tx, workspaceId, caller?.userId ?? operator);
    await appendEvents(
      tx,
      event('workspace.restored', { ...deletion, epoch: deletion.epoch + 1 }, deletion.restore_time, {
        deletionId: deletion.deletion_id,
        restoredBy: deletion.restored_by ?? '',
      }),
    );
    const row = await findWorkspace(tx, organizationId, workspaceId);
    const [workspace] = await withMembers(tx, row ? [row] : []);
    if (workspace === undefined) throw new Error('a restored workspace cannot be read');
    return { kind: 'restored', workspace, omitted: await omittedMembers(tx, workspaceId, deletion.epoch) };
  });
}

/** A user acts in the user's own organization; an operator in the workspace's. */
async function organizationFor(
  tx: PoolClient,
  restorer: Restorer,
  workspaceId: string,
): Promise<string | undefined> {
  if (restorer.kind === 'user') return restorer.account?.organizationId;
  return (await organizationOf(tx, workspaceId))?.organization_id;
}
