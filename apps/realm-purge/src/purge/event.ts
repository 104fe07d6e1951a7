import { randomUUID } from 'node:crypto';
import { encodeEvent, type EncodedEvent, type EventBodies, type EventType } from '@lethe/contracts';

interface Subject {
  readonly organization_id: string;
  readonly realm_id: string;
  readonly epoch: number;
}

/** An event of this service about a purge. */
export function event<T extends EventType>(
  type: T,
  { organization_id: organizationId, realm_id: workspaceId, epoch }: Subject,
  time: Date,
  body: Omit<EventBodies[T], 'context'>,
  eventId: string = randomUUID(),
): EncodedEvent {
  const context = { eventId, organizationId, workspaceId, epoch, time };
  return encodeEvent(type, 'lethe/realm-purge', { ...body, context } as EventBodies[T] & {
    context: typeof context;
  });
}
