import { appendEvents } from '@lethe/outbox';
import type { PoolClient } from '@lethe/postgres';
import { appendAudit } from '../audit/audit.sql.js';
import { event } from '../event.js';
import { auditedKeeper, type HoldKeeper, type KeptWorkspace } from './hold-keeper.js';
import { touchHeldWorkspace, type HoldRow } from './hold.sql.js';

/** What goes with a hold that was placed or released, in its transaction: a new etag, the event, the audit. */
export async function recordHoldChange(
  tx: PoolClient,
  change: 'hold_placed' | 'hold_released',
  { organizationId, workspaceId, epoch }: KeptWorkspace,
  { hold_id: holdId, place_time: placeTime, release_time: releaseTime }: HoldRow,
  keeper: HoldKeeper,
): Promise<void> {
  const subject = { organization_id: organizationId, workspace_id: workspaceId, epoch };
  await touchHeldWorkspace(tx, organizationId, workspaceId);
  await appendEvents(
    tx,
    change === 'hold_placed'
      ? event('workspace.hold_placed', subject, placeTime, { holdId, origin: '' }) // free text stays here
      : event('workspace.hold_released', subject, releaseTime, { holdId }),
  );
  await appendAudit(tx, {
    ...{ organizationId, workspaceId, context: 'workspace', contextId: workspaceId, action: 'updated' },
    by: auditedKeeper(keeper),
    detail: { change, holdId },
  });
}
