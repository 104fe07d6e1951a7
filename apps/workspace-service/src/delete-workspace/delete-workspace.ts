import { randomUUID } from 'node:crypto';
import { Deletion, type Caller } from '@lethe/contracts';
import { isDeadlock, isUniqueViolation, type Pool } from '@lethe/postgres';
import type { Account } from '../account/account.js';
import { wireDeletion } from '../deletion/deletion.js';
import { deletionOf, type DeletionRow } from '../deletion/deletion.sql.js';
import { event } from '../event.js';
import { decideDeletion, type DeleteDecision, type WorkspaceFacts } from '../workspace/workspace-state.js';
import { toFacts } from '../workspace/workspace.js';
import { readDeletionFacts, scheduleDeletion, type DeletionFactsRow } from './delete-workspace.sql.js';

export type DeleteOutcome =
  | { readonly kind: 'scheduled'; readonly deletion: DeletionRow }
  /** The answer that the same request, by its Idempotency-Key, had before. */
  | { readonly kind: 'repeated'; readonly deletion: Deletion }
  | { readonly kind: 'already_deleted'; readonly deletion: DeletionRow; readonly restorable: boolean }
  | { readonly kind: 'idempotency_key_reused' }
  /** Others kept changing the workspace. */
  | { readonly kind: 'contended' }
  | Exclude<DeleteDecision, { readonly kind: 'delete' | 'already_deleted' }>;

export interface DeleteRequest {
  readonly caller: Caller;
  /** Undefined: malformed, so that nothing has it. */
  readonly workspaceId: string | undefined;
  readonly etag: string;
  /** Empty: none. */
  readonly idempotencyKey?: string;
}

const TRIES = 20;

/**
 * Step 2 of the journey: soft-deletes a workspace, in two round trips. The first reads everything that the decision looks at; the
 * second acts upon exactly that, by a compare-and-set on the etag, which every bucket, repository, member and hold raises, and on
 * the caller and the policy. Whoever came between makes it look again.
 */
export async function deleteWorkspace(pool: Pool, request: DeleteRequest): Promise<DeleteOutcome> {
  for (let tries = 0; tries < TRIES; tries++) {
    const outcome = await tryOnce(pool, request);
    if (outcome !== 'raced') return outcome;
  }
  return { kind: 'contended' };
}

async function tryOnce(pool: Pool, request: DeleteRequest): Promise<DeleteOutcome | 'raced'> {
  const { caller, workspaceId, etag, idempotencyKey = '' } = request;
  const seen = await readDeletionFacts(pool, caller, workspaceId, idempotencyKey);
  const account = accountIn(seen, caller);
  const facts = seen.state === null ? undefined : toFacts({ ...seen, state: seen.state });

  const asked = `DeleteWorkspace ${workspaceId} ${etag}`;
  if (account?.validated && seen.kept_request !== null)
    return seen.kept_request === asked
      ? { kind: 'repeated', deletion: Deletion.fromJSON(seen.kept_answer) }
      : { kind: 'idempotency_key_reused' };

  const decision = decideDeletion(account, facts, etag);
  if (decision.kind === 'already_deleted')
    return {
      ...decision,
      deletion: await deletionOf(
        pool,
        account?.organizationId ?? '',
        workspaceId as string,
        facts?.epoch ?? 0,
      ),
    };
  if (decision.kind !== 'delete') return decision;

  const keep = idempotencyKey === '' ? undefined : { key: idempotencyKey, request: asked };
  const scheduled = draft(seen, account as Account, workspaceId as string, facts as WorkspaceFacts);
  try {
    const deletion = await scheduleDeletion(pool, {
      ...scheduled,
      event: event('workspace.deletion_scheduled', scheduled.row, scheduled.deleteTime, {
        deletionId: scheduled.deletionId,
        purgeTime: scheduled.purgeTime ?? undefined,
        requestedBy: scheduled.requestedBy,
      }),
      keep: keep && { ...keep, answer: Deletion.toJSON(wireDeletion(scheduled.row)) },
    });
    return deletion ? { kind: 'scheduled', deletion } : 'raced';
  } catch (error) {
    if (isOvertaken(error)) return 'raced';
    throw error;
  }
}

/** The last lines in the database that hold where somebody changed the workspace and not its etag (migrations, 0003). */
const LAST_LINES = ['workspace_is_clear', 'workspace_default_stays'];

/** Nothing was done, since others came between; the key, say, was taken meanwhile by a request for another workspace. */
function isOvertaken(error: unknown): boolean {
  const { constraint = '' } = error as { readonly constraint?: string };
  return isUniqueViolation(error) || isDeadlock(error) || LAST_LINES.includes(constraint);
}

function accountIn(seen: DeletionFactsRow, { userId }: Caller): Account | undefined {
  if (seen.organization_id === null) return undefined;
  return { userId, organizationId: seen.organization_id, orgRole: seen.org_role, validated: seen.validated };
}

/** The deletion as it will stand, known before it is written: so that its event and its answer commit in the same statement. */
function draft(
  seen: DeletionFactsRow,
  account: Account,
  workspaceId: string,
  { epoch, etag }: WorkspaceFacts,
) {
  const { delete_time, purge_time, purge_mode, sweep_delay_seconds, sweep_time } = seen;
  const row: DeletionRow = {
    deletion_id: randomUUID(),
    workspace_id: workspaceId,
    organization_id: account.organizationId,
    epoch: epoch + 1,
    kind: 'deletion_planned',
    state: 'scheduled',
    requested_by: account.userId,
    ...{ delete_time, purge_time, purge_mode, sweep_delay_seconds, sweep_time },
    ...{ restore_time: null, restored_by: null, grant_time: null, granted_by: null, purged_time: null },
    ...{ keep_blocks: false, release_time: null, pause_time: null, paused_by: null, pause_reason: null },
    ...{ retries: 0, order_time: null, replay_of: null, superseded_time: null },
    ...{ unproven_blocks: null, unproven_epoch: null },
  };
  return {
    row,
    deletionId: row.deletion_id,
    workspaceId,
    organizationId: account.organizationId,
    etag,
    requestedBy: account.userId,
    deleteTime: delete_time,
    purgeTime: purge_time,
    purgeMode: purge_mode,
    sweepDelaySeconds: sweep_delay_seconds,
  };
}
