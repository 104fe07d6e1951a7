import { randomUUID } from 'node:crypto';
import type { PlaceHoldRequest, PlaceHoldResponse } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { event } from '../event.js';
import { refusals } from '../refusals.js';
import { textOf, workspaceIdOf } from '../requests.js';
import { factsOf } from '../workspace/workspace.js';
import { lockWorkspace, organizationOf } from '../workspace/workspace.sql.js';
import { insertHold } from './place-hold.sql.js';

/** Behind the lock that the grant takes too: a hold commits before the grant and prevents it, or comes too late and is refused. */
export const placeHoldRpc =
  (pool: Pool) =>
  async (request: PlaceHoldRequest): Promise<PlaceHoldResponse> => {
    const hold = {
      holdId: randomUUID(),
      workspaceId: workspaceIdOf(request),
      origin: textOf(request.origin, 'origin', 255),
      reason: textOf(request.reason, 'reason', 2_000),
      placedBy: textOf(request.placedBy, 'placed_by', 128),
    };
    return transaction(pool, async (tx) => {
      const organization = await organizationOf(tx, hold.workspaceId);
      if (organization === undefined) throw refusals.workspaceNotFound();
      await lockWorkspace(tx, organization.organization_id, hold.workspaceId);
      const facts = await factsOf(tx, organization.organization_id, hold.workspaceId, '');
      if (facts?.state === 'purging' || facts?.state === 'purged') throw refusals.purgeStarted();
      const { place_time: placeTime } = await insertHold(tx, hold);
      const subject = { ...organization, workspace_id: hold.workspaceId, epoch: facts?.epoch ?? 0 };
      await appendEvents(
        tx,
        event('workspace.hold_placed', subject, placeTime, { holdId: hold.holdId, origin: hold.origin }),
      );
      return { holdId: hold.holdId, placeTime, hold: undefined };
    });
  };
