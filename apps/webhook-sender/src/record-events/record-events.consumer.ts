import {
  LIFECYCLE_STREAM,
  decodeEvent,
  eventTypeOf,
  isCanonicalUuid,
  isOrganizationId,
  subjectOf,
} from '@lethe/contracts';
import { createInboxConsumer } from '@lethe/inbox';
import { DONE, type Messaging, type Received } from '@lethe/messaging';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { isWebhookEvent } from '../webhook/event-types.js';
import { insertDeliveries } from './record-events.sql.js';
import { webhookBody, type Told } from './webhook-body.js';

/** Hears what happens to workspaces, and writes down whom to tell. */
export function recordEventsConsumer(deps: {
  readonly pool: Pool;
  readonly messaging: Messaging;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly recorded: () => void;
}): Component {
  return createInboxConsumer({
    ...deps,
    stream: LIFECYCLE_STREAM.name,
    durable: 'webhook-sender',
    subjects: ['lethe.*.*.workspace.*'],
    ackWaitMs: 30_000,
    // One at a time, so that what happened first is written down first.
    concurrency: 1,
    decode: toldBy,
    effect: async (tx, told) => {
      if (told === undefined) return DONE;
      const { eventId, organizationId, workspaceId, time } = told.event.context;
      await insertDeliveries(tx, {
        ...{ organizationId, workspaceId, eventId },
        ...{ type: told.type, time: time as Date, body: webhookBody(told) },
      });
      return DONE;
    },
    afterwards: deps.recorded,
  });
}

/**
 * The event of a message, or undefined when it is of a kind that no webhook hears of. What it says of itself must be what its subject
 * says: a publisher that is limited to one organization's subjects must not speak for another.
 *
 * @throws RangeError when it is no such event.
 */
export function toldBy({
  subject,
  eventId,
  data,
}: Pick<Received, 'subject' | 'eventId' | 'data'>): Told | undefined {
  const type = eventTypeOf(subject);
  if (!isWebhookEvent(type)) return undefined;
  const event = decodeEvent(type, data);
  const { context } = event;
  if (!isCanonicalUuid(context.workspaceId)) throw new RangeError('the workspace id is no UUID');
  if (!isOrganizationId(context.organizationId)) throw new RangeError('the organization id is none');
  if (!Number.isSafeInteger(context.epoch) || context.epoch < 0)
    throw new RangeError('the epoch is no number');
  if (context.time === undefined || Number.isNaN(context.time.getTime()))
    throw new RangeError('the event has no time');
  if (context.eventId !== eventId) throw new RangeError('the event id is not that of its header');
  if (subject !== subjectOf(context.organizationId, context.workspaceId, type))
    throw new RangeError('the event speaks of another workspace than its subject');
  return { type, event } as Told;
}
