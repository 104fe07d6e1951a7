import type { EventBodies, EventContext } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import type { WebhookEvent } from '../webhook/event-types.js';

/** An event of a workspace with all it says. */
export type Told = {
  [T in WebhookEvent]: { readonly type: T; readonly event: EventBodies[T] & { context: EventContext } };
}[WebhookEvent];

/**
 * What an endpoint is sent, by the convention: type, timestamp, data. Ids and times alone, each named here: who deleted or restored
 * the workspace, and why it is held, is left to those who may ask for it.
 */
export function webhookBody(told: Told): string {
  const { eventId, organizationId, workspaceId, epoch, time } = told.event.context;
  const timestamp = wireTime(time);
  return JSON.stringify({
    type: told.type,
    timestamp,
    data: { eventId, organizationId, workspaceId, epoch, ...more(told) },
  });
}

function more(told: Told): Readonly<Record<string, string | undefined>> {
  switch (told.type) {
    case 'workspace.deletion_scheduled':
    case 'workspace.purge_approaching':
      return { deletionId: told.event.deletionId, purgeTime: wireTime(told.event.purgeTime) };
    case 'workspace.restored':
    case 'workspace.purge_started':
      return { deletionId: told.event.deletionId };
    case 'workspace.hold_placed':
    case 'workspace.hold_released':
      return { holdId: told.event.holdId };
    case 'workspace.orphaned':
      return { since: wireTime(told.event.since) };
    case 'workspace.purged':
      return { deletionId: told.event.deletionId, certificateId: told.event.certificateId };
    default:
      return unreachable(told);
  }
}

const wireTime = (time: Date | undefined) => time?.toISOString();
