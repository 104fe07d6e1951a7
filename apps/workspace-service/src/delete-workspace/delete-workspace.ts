import { randomUUID } from 'node:crypto';
import type { Caller } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { accountOf } from '../account/account.js';
import { openDeletion, type DeletionRow } from '../deletion/deletion.sql.js';
import { event } from '../event.js';
import { decideDeletion, type DeleteDecision } from '../workspace/workspace-state.js';
import { factsOf } from '../workspace/workspace.js';
import { lockWorkspace } from '../workspace/workspace.sql.js';
import { scheduleDeletion } from './delete-workspace.sql.js';

export type DeleteOutcome =
  | { readonly kind: 'scheduled'; readonly deletion: DeletionRow }
  | { readonly kind: 'already_deleted'; readonly deletion: DeletionRow; readonly restorable: boolean }
  | Exclude<DeleteDecision, { readonly kind: 'delete' | 'already_deleted' }>;

/**
 * Step 2 of the journey: soft-deletes a workspace. Everything it decides upon is read behind the lock on the workspace's row,
 * which those who would give it a bucket, a repository or a hold take as well.
 */
export async function deleteWorkspace(
  pool: Pool,
  request: { readonly caller: Caller; readonly workspaceId: string | undefined; readonly etag: string },
): Promise<DeleteOutcome> {
  return transaction(pool, async (tx) => {
    const caller = await accountOf(tx, request.caller);
    const { workspaceId, etag } = request;
    const found =
      caller?.validated &&
      workspaceId !== undefined &&
      (await lockWorkspace(tx, caller.organizationId, workspaceId));
    const facts = found ? await factsOf(tx, caller.organizationId, workspaceId, caller.userId) : undefined;

    const decision = decideDeletion(caller, facts, etag);
    if (decision.kind === 'already_deleted')
      return { ...decision, deletion: await openDeletion(tx, workspaceId as string) };
    if (decision.kind !== 'delete') return decision;

    const deletion = await scheduleDeletion(tx, randomUUID(), workspaceId as string, request.caller.userId);
    await appendEvents(
      tx,
      event('workspace.deletion_scheduled', deletion, deletion.delete_time, {
        deletionId: deletion.deletion_id,
        purgeTime: deletion.purge_time ?? undefined,
        requestedBy: deletion.requested_by,
      }),
    );
    return { kind: 'scheduled', deletion };
  });
}
