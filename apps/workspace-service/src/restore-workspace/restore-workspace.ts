import { RestoreWorkspaceResponse, type Caller } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { lockAccount } from '../account/account.sql.js';
import { appendAudit } from '../audit/audit.sql.js';
import { event } from '../event.js';
import { findKeptAnswer, keepAnswer, lockIdempotencyKey } from '../idempotency/kept-answer.sql.js';
import { refusals } from '../refusals.js';
import { decideRestore, type RestoreDecision, type Restorer } from '../workspace/workspace-state.js';
import { factsOf, withMembers } from '../workspace/workspace.js';
import { findWorkspace, lockWorkspace, organizationOf } from '../workspace/workspace.sql.js';
import { lockFormerMembers, omittedMembers, restore } from './restore-workspace.sql.js';

export type RestoreOutcome =
  | { readonly kind: 'restored'; readonly answer: RestoreWorkspaceResponse }
  | { readonly kind: 'idempotency_key_reused' }
  | Exclude<RestoreDecision, { readonly kind: 'restore' }>;

/** Who asks: a user, or (without one) an operator of the installation, by the name its token proved. */
export interface RestoreRequest {
  /** Undefined: malformed, so that nothing has it. */
  readonly workspaceId: string | undefined;
  readonly caller: Caller | undefined;
  readonly operator: string;
  /** Empty: none. For users only. */
  readonly idempotencyKey?: string;
}

/** Undoes a soft deletion: members and roles as they were. Against the grant there is one winner, by the workspace row's lock. */
export async function restoreWorkspace(pool: Pool, request: RestoreRequest): Promise<RestoreOutcome> {
  return transaction(pool, async (tx) => {
    const { workspaceId, caller, operator } = request;
    const asking = await restorerOf(tx, caller);
    const earlier = await earlierAnswer(tx, asking, request);
    if (earlier) return earlier;
    const organizationId = workspaceId && (await organizationFor(tx, asking, workspaceId));
    if (!workspaceId || !organizationId || !(await lockWorkspace(tx, organizationId, workspaceId)))
      return decideRestore(asking, undefined) as RestoreOutcome;

    // Behind the lock: whoever was revoked while this waited restores nothing.
    if (caller) await lockAccount(tx, caller.userId);
    const restorer = await restorerOf(tx, caller);
    const decision = decideRestore(
      restorer,
      await factsOf(tx, organizationId, workspaceId, caller?.userId ?? ''),
    );
    if (decision.kind !== 'restore') return decision;

    await lockFormerMembers(tx, organizationId, workspaceId);
    const deletion = await restore(tx, organizationId, workspaceId, caller?.userId ?? operator);
    await appendEvents(
      tx,
      event('workspace.restored', { ...deletion, epoch: deletion.epoch + 1 }, deletion.restore_time, {
        deletionId: deletion.deletion_id,
        restoredBy: deletion.restored_by ?? '',
      }),
    );
    await appendAudit(tx, {
      ...{ organizationId, workspaceId, context: 'workspace', contextId: workspaceId, action: 'updated' },
      by: caller ? { userId: caller.userId } : { operator },
      detail: { change: 'restored', deletionId: deletion.deletion_id },
    });
    const row = await findWorkspace(tx, organizationId, workspaceId);
    const [workspace] = await withMembers(tx, row ? [row] : []);
    if (workspace === undefined) throw new Error('a restored workspace cannot be read');
    const answer = {
      workspace,
      omittedUserIds: await omittedMembers(tx, organizationId, workspaceId, deletion.epoch),
    };
    await keep(tx, request, answer);
    return { kind: 'restored', answer };
  });
}

const asked = ({ workspaceId }: RestoreRequest) => `RestoreWorkspace ${workspaceId}`;

/** What the same request, by its Idempotency-Key, was answered before. */
async function earlierAnswer(
  tx: PoolClient,
  restorer: Restorer,
  request: RestoreRequest,
): Promise<RestoreOutcome | undefined> {
  const { caller, idempotencyKey = '' } = request;
  if (caller === undefined || idempotencyKey === '') return undefined;
  if (restorer.kind !== 'user' || !restorer.account?.validated) return undefined;
  await lockIdempotencyKey(tx, caller.userId, idempotencyKey);
  const kept = await findKeptAnswer(tx, restorer.account.organizationId, caller.userId, idempotencyKey);
  if (kept === undefined) return undefined;
  if (kept.request !== asked(request)) return { kind: 'idempotency_key_reused' };
  return { kind: 'restored', answer: RestoreWorkspaceResponse.fromJSON(kept.answer) };
}

async function keep(
  tx: PoolClient,
  request: RestoreRequest,
  answer: RestoreWorkspaceResponse,
): Promise<void> {
  const { caller, workspaceId = '', idempotencyKey: key = '' } = request;
  if (caller === undefined || key === '') return;
  const kept = { userId: caller.userId, key, request: asked(request), workspaceId };
  if (!(await keepAnswer(tx, { ...kept, answer: RestoreWorkspaceResponse.toJSON(answer) })))
    throw refusals.idempotencyKeyReused(); // undoes the restore: the key now stands for something else
}

async function restorerOf(tx: PoolClient, caller: Caller | undefined): Promise<Restorer> {
  return caller ? { kind: 'user', account: await accountOf(tx, caller) } : { kind: 'operator' };
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
