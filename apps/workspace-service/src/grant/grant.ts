import { randomUUID } from 'node:crypto';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { appendAudit } from '../audit/audit.sql.js';
import { blocksAreKept } from '../deletion/deletion.js';
import {
  listParticipantRows,
  openDeletion,
  type DeletionRow,
  type ParticipantRow,
} from '../deletion/deletion.sql.js';
import type { RequiredParticipants } from '../deletion/participants.js';
import { event } from '../event.js';
import { explainGrantRefusal, type GrantFacts, type GrantRefusal } from '../workspace/workspace-state.js';
import { lockWorkspace } from '../workspace/workspace.sql.js';
import {
  grantOrphaned,
  grantPlanned,
  lockOrphanGuards,
  organizationExists,
  readGrantFacts,
  requireParticipants,
} from './grant.sql.js';

export interface PurgeOrder {
  readonly organizationId: string;
  readonly workspaceId: string | undefined;
  readonly kind: 'deletion_planned' | 'orphaned';
  /** The loop takes what is automatic, and never keeps blocks; an operator's order also what is manual. */
  readonly by: { readonly loop: true } | { readonly operator: string; readonly keepBlocks?: boolean };
}

export type GrantOutcome =
  | { readonly kind: 'granted'; readonly deletion: DeletionRow; readonly participants: ParticipantRow[] }
  /** There is a grant already, and it does not keep the blocks that this order is to keep: not at all, or not any more. */
  | { readonly kind: 'granted_otherwise'; readonly deletion: DeletionRow }
  | { readonly kind: 'organization_not_found' }
  | { readonly kind: GrantRefusal };

/**
 * Step 4, the only door to a purge, for the loop and the operator alike. From the commit of this transaction on nothing can
 * restore the workspace; before it nothing has been destroyed. Repeating an order that was granted answers the same grant.
 */
export function grantPurge(
  pool: Pool,
  participants: RequiredParticipants,
  order: PurgeOrder,
): Promise<GrantOutcome> {
  return transaction(pool, async (tx) => {
    const { outcome, isNew } = await decideGrant(tx, participants, order);
    if (outcome.kind === 'granted' && isNew) await recordGrant(tx, outcome.deletion, order);
    return outcome;
  });
}

class OnlyLooked extends Error {
  constructor(readonly outcome: GrantOutcome) {
    super('decided, and rolled back');
  }
}

/** What grantPurge would answer now: the same compare-and-set behind the same locks, and none of it stays. */
export async function previewGrant(
  pool: Pool,
  participants: RequiredParticipants,
  order: PurgeOrder,
): Promise<GrantOutcome> {
  try {
    return await transaction(pool, async (tx) => {
      throw new OnlyLooked((await decideGrant(tx, participants, order)).outcome);
    });
  } catch (error) {
    if (error instanceof OnlyLooked) return error.outcome;
    throw error;
  }
}

interface Decided {
  readonly outcome: GrantOutcome;
  /** Granted by this very order, not by an earlier one. */
  readonly isNew: boolean;
}

async function decideGrant(
  tx: PoolClient,
  participants: RequiredParticipants,
  order: PurgeOrder,
): Promise<Decided> {
  const { organizationId, workspaceId } = order;
  const instead = (outcome: GrantOutcome): Decided => ({ outcome, isNew: false });
  if (!(await organizationExists(tx, organizationId))) return instead({ kind: 'organization_not_found' });
  if (workspaceId === undefined || !(await lockWorkspace(tx, organizationId, workspaceId)))
    return instead({ kind: 'not_found' });

  const deletion = await compareAndSet(tx, workspaceId, order);
  if (deletion === undefined) return instead(await refusalOrEarlierGrant(tx, workspaceId, order));
  await requireParticipants(tx, deletion.deletion_id, participants);
  const frozen = await listParticipantRows(tx, [deletion.deletion_id]);
  return { outcome: { kind: 'granted', deletion, participants: frozen }, isNew: true };
}

async function recordGrant(tx: PoolClient, deletion: DeletionRow, { by }: PurgeOrder): Promise<void> {
  const {
    deletion_id: deletionId,
    organization_id: organizationId,
    workspace_id: workspaceId,
    keep_blocks: keepBlocks,
  } = deletion;
  await appendEvents(tx, event('workspace.purge_started', deletion, deletion.grant_time, { deletionId }));
  if ('operator' in by)
    await appendAudit(tx, {
      ...{ organizationId, workspaceId, context: 'workspace', contextId: workspaceId, action: 'updated' },
      by: { operator: by.operator },
      detail: { change: 'purge_ordered', deletionId, ...(keepBlocks && { keepBlocks }) },
    });
}

const toKeepBlocks = ({ by }: PurgeOrder): boolean => 'operator' in by && by.keepBlocks === true;

async function compareAndSet(
  tx: PoolClient,
  workspaceId: string,
  order: PurgeOrder,
): Promise<DeletionRow | undefined> {
  const { organizationId, kind, by } = order;
  if ('loop' in by)
    return kind === 'deletion_planned'
      ? grantPlanned(tx, workspaceId, 'loop', ['automatic'], false)
      : undefined;
  const keepBlocks = toKeepBlocks(order);
  if (kind === 'deletion_planned')
    return grantPlanned(tx, workspaceId, by.operator, ['automatic', 'manual'], keepBlocks);
  await lockOrphanGuards(tx, organizationId, workspaceId);
  return grantOrphaned(tx, randomUUID(), workspaceId, by.operator, keepBlocks);
}

async function refusalOrEarlierGrant(
  tx: PoolClient,
  workspaceId: string,
  order: PurgeOrder,
): Promise<GrantOutcome> {
  const { kind } = order;
  const row = await readGrantFacts(tx, workspaceId);
  if (row?.state === 'purging') {
    const deletion = await openDeletion(tx, workspaceId);
    if (deletion.kind === kind) {
      if (toKeepBlocks(order) && !blocksAreKept(deletion)) return { kind: 'granted_otherwise', deletion };
      const participants = await listParticipantRows(tx, [deletion.deletion_id]);
      return { kind: 'granted', deletion, participants };
    }
  }
  const facts: GrantFacts | undefined = row && {
    state: row.state,
    held: row.held,
    planned: row.planned ? { hasPurgeTime: row.has_purge_time, due: row.planned_due } : undefined,
    policy: row.has_policy ? { sequestered: row.sequestered, orphanDue: row.orphan_due } : undefined,
    orphaned: row.orphaned,
  };
  return { kind: explainGrantRefusal(kind, facts) };
}
