import {
  BlocksReleased,
  BlocksSwept,
  DeletionScheduled,
  HoldPlaced,
  HoldReleased,
} from './gen/lethe/lifecycle/v1/events.js';
import { PurgeBlocked, PurgeResumed, PurgeStarted, RealmPurged } from './gen/lethe/lifecycle/v1/events.js';
import {
  PurgeApproaching,
  WorkspaceOrphaned,
  WorkspacePurged,
  WorkspaceRestored,
} from './gen/lethe/lifecycle/v1/events.js';
import type { EventContext } from './gen/lethe/lifecycle/v1/events.js';
import { subjectOf } from './subject.js';

/** Every event by its type, with its decoded body. The order is the journey's. */
export interface EventBodies {
  'workspace.deletion_scheduled': DeletionScheduled;
  'workspace.restored': WorkspaceRestored;
  'workspace.hold_placed': HoldPlaced;
  'workspace.hold_released': HoldReleased;
  'workspace.orphaned': WorkspaceOrphaned;
  'workspace.purge_approaching': PurgeApproaching;
  'workspace.purge_started': PurgeStarted;
  'realm.blocks_released': BlocksReleased;
  'realm.blocks_swept': BlocksSwept;
  'realm.purge_blocked': PurgeBlocked;
  'realm.purge_resumed': PurgeResumed;
  'realm.purged': RealmPurged;
  'workspace.purged': WorkspacePurged;
}

export type EventType = keyof EventBodies;

interface Codec<B> {
  encode(body: B): { finish(): Uint8Array };
  decode(bytes: Uint8Array): B;
  toJSON(body: B): unknown;
  fromJSON(json: unknown): B;
}
const EVENTS: {
  readonly [T in EventType]: {
    readonly message: Codec<EventBodies[T]>;
    readonly format: 'json' | 'protobuf';
  };
} = {
  'workspace.deletion_scheduled': { message: DeletionScheduled, format: 'json' },
  'workspace.restored': { message: WorkspaceRestored, format: 'json' },
  'workspace.hold_placed': { message: HoldPlaced, format: 'json' },
  'workspace.hold_released': { message: HoldReleased, format: 'json' },
  'workspace.orphaned': { message: WorkspaceOrphaned, format: 'json' },
  'workspace.purge_approaching': { message: PurgeApproaching, format: 'json' },
  'workspace.purge_started': { message: PurgeStarted, format: 'json' },
  'realm.blocks_released': { message: BlocksReleased, format: 'protobuf' },
  'realm.blocks_swept': { message: BlocksSwept, format: 'protobuf' },
  'realm.purge_blocked': { message: PurgeBlocked, format: 'json' },
  'realm.purge_resumed': { message: PurgeResumed, format: 'json' },
  'realm.purged': { message: RealmPurged, format: 'json' },
  'workspace.purged': { message: WorkspacePurged, format: 'json' },
};

/** An event as it travels: where to, which headers, which bytes. */
export interface EncodedEvent {
  readonly eventId: string;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** The events with their complete context; a body without one cannot be sent. */
type Sendable<T extends EventType> = EventBodies[T] & { context: EventContext };

/**
 * Encodes an event in CloudEvents 1.0 binary mode (NATS protocol binding: attributes as `ce-` headers).
 *
 * @throws RangeError when the context lacks an id or a time.
 */
export function encodeEvent<T extends EventType>(type: T, source: string, body: Sendable<T>): EncodedEvent {
  const { eventId, organizationId, workspaceId, time } = body.context;
  if (eventId === '' || time === undefined) throw new RangeError('an event needs an id and a time');
  const { format, message } = EVENTS[type];
  const json = format === 'json';
  return {
    eventId,
    subject: subjectOf(organizationId, workspaceId, type),
    headers: {
      'ce-specversion': '1.0',
      'ce-id': eventId,
      'ce-source': source,
      'ce-type': type,
      'ce-subject': workspaceId,
      'ce-time': time.toISOString(),
      'content-type': json ? 'application/json' : 'application/protobuf',
    },
    payload: json
      ? Buffer.from(JSON.stringify(message.toJSON(body)))
      : Buffer.from(message.encode(body).finish()),
  };
}

/** Decodes the body of an event of a known type. Throws on bytes that are no such body, or that lack a complete context. */
export function decodeEvent<T extends EventType>(type: T, payload: Uint8Array): Sendable<T> {
  const { format, message } = EVENTS[type];
  const body =
    format === 'json'
      ? message.fromJSON(JSON.parse(Buffer.from(payload).toString('utf8')))
      : message.decode(payload);
  const { context } = body;
  if (
    context === undefined ||
    context.eventId === '' ||
    context.workspaceId === '' ||
    context.organizationId === ''
  )
    throw new RangeError(`an event ${type} without a complete context`);
  return body as Sendable<T>;
}

/** The event type that a subject ends with, if it is one of Lethe's. */
export function eventTypeOf(subject: string): EventType | undefined {
  const type = subject.split('.').slice(3).join('.');
  return Object.hasOwn(EVENTS, type) ? (type as EventType) : undefined;
}
