import { randomUUID } from 'node:crypto';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { appendAudit } from '../audit/audit.sql.js';
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
  /** The loop takes what is automatic; an operator's order also what is manual. */
  readonly by: { readonly loop: true } | { readonly operator: string };
}

export type GrantOutcome =
  | { readonly kind: 'granted'; readonly deletion: DeletionRow; readonly participants: ParticipantRow[] }
  | { readonly kind: 'organization_not_found' }
  | { readonly kind: GrantRefusal };

/**
 * Step 4, the only door to a purge, for the loop and the operator alike. From the commit of this transaction on nothing can
 * restore the workspace; before it nothing has been destroyed. Repeating an order that was granted answers the same grant.
 */
export async function grantPurge(
  pool: Pool,
  participants: RequiredParticipants,
  order: PurgeOrder,
): Promise<GrantOutcome> {
  return transaction(pool, async (tx) => {
    const { organizationId, workspaceId, kind } = order;
    if (!(await organizationExists(tx, organizationId))) return { kind: 'organization_not_found' };
    if (workspaceId === undefined || !(await lockWorkspace(tx, organizationId, workspaceId)))
      return { kind: 'not_found' };

    const deletion = await compareAndSet(tx, workspaceId, order);
    if (deletion === undefined) return refusalOrEarlierGrant(tx, workspaceId, kind);

    await requireParticipants(tx, deletion.deletion_id, participants);
    await appendEvents(
      tx,
      event('workspace.purge_started', deletion, deletion.grant_time, { deletionId: deletion.deletion_id }),
    );
    if ('operator' in order.by)
      await appendAudit(tx, {
        ...{ organizationId, workspaceId, context: 'workspace', contextId: workspaceId, action: 'updated' },
        by: { operator: order.by.operator },
        detail: { change: 'purge_ordered', deletionId: deletion.deletion_id },
      });
    return { kind: 'granted', deletion, participants: await listParticipantRows(tx, [deletion.deletion_id]) };
  });
}

async function compareAndSet(
  tx: PoolClient,
  workspaceId: string,
  { organizationId, kind, by }: PurgeOrder,
): Promise<DeletionRow | undefined> {
  if ('loop' in by)
    return kind === 'deletion_planned' ? grantPlanned(tx, workspaceId, 'loop', ['automatic']) : undefined;
  if (kind === 'deletion_planned') return grantPlanned(tx, workspaceId, by.operator, ['automatic', 'manual']);
  await lockOrphanGuards(tx, organizationId, workspaceId);
  return grantOrphaned(tx, randomUUID(), workspaceId, by.operator);
}

async function refusalOrEarlierGrant(
  tx: PoolClient,
  workspaceId: string,
  kind: PurgeOrder['kind'],
): Promise<GrantOutcome> {
  const row = await readGrantFacts(tx, workspaceId);
  if (row?.state === 'purging') {
    const deletion = await openDeletion(tx, workspaceId);
    if (deletion.kind === kind)
      return {
        kind: 'granted',
        deletion,
        participants: await listParticipantRows(tx, [deletion.deletion_id]),
      };
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
