import { randomUUID } from 'node:crypto';
import { encodeEvent, type EncodedEvent, type EventBodies, type EventType } from '@lethe/contracts';

interface Subject {
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly epoch: number;
}

/** An event of this service about a workspace at an epoch; the time is the database's. */
export function event<T extends EventType>(
  type: T,
  { organization_id: organizationId, workspace_id: workspaceId, epoch }: Subject,
  time: Date | null,
  body: Omit<EventBodies[T], 'context'>,
): EncodedEvent {
  const context = { eventId: randomUUID(), organizationId, workspaceId, epoch, time: time ?? undefined };
  return encodeEvent(type, 'lethe/workspace-service', { ...body, context } as EventBodies[T] & {
    context: typeof context;
  });
}
