import { encodeEvent, type EventBodies } from '@lethe/contracts';
import { describe, expect, it } from 'vitest';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../webhook/event-types.js';
import { toldBy } from './record-events.consumer.js';
import { webhookBody } from './webhook-body.js';

const TIME = new Date('2026-11-22T10:00:00.123Z');
const LATER = new Date('2026-11-29T10:00:00.000Z');
const ID = '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d0';
const context = {
  eventId: `${ID}1`,
  organizationId: 'org1',
  workspaceId: `${ID}2`,
  epoch: 3,
  time: TIME,
};
/** With what must not be told: who, and why. */
const PRIVATE = 'jane.doe@example.org';
const EVENTS: { [T in WebhookEvent]: Omit<EventBodies[T], 'context'> } = {
  'workspace.deletion_scheduled': { deletionId: `${ID}3`, purgeTime: LATER, requestedBy: PRIVATE },
  'workspace.restored': { deletionId: `${ID}3`, restoredBy: PRIVATE },
  'workspace.hold_placed': { holdId: `${ID}4`, origin: PRIVATE },
  'workspace.hold_released': { holdId: `${ID}4` },
  'workspace.orphaned': { since: LATER },
  'workspace.purge_approaching': { deletionId: `${ID}3`, purgeTime: LATER },
  'workspace.purge_started': { deletionId: `${ID}3` },
  'workspace.purged': { deletionId: `${ID}3`, certificateId: `${ID}5` },
};

function bodyOf(type: WebhookEvent, event: object = EVENTS[type]): Record<string, unknown> {
  const encoded = encodeEvent(type, 'test', { ...event, context } as never);
  const told = toldBy({ subject: encoded.subject, eventId: encoded.eventId, data: encoded.payload });
  return JSON.parse(webhookBody(told!)) as Record<string, unknown>;
}
const about = { eventId: `${ID}1`, organizationId: 'org1', workspaceId: `${ID}2`, epoch: 3 };

describe('the body of a webhook', () => {
  it.each<[WebhookEvent, object]>([
    ['workspace.deletion_scheduled', { deletionId: `${ID}3`, purgeTime: LATER.toISOString() }],
    ['workspace.restored', { deletionId: `${ID}3` }],
    ['workspace.hold_placed', { holdId: `${ID}4` }],
    ['workspace.hold_released', { holdId: `${ID}4` }],
    ['workspace.orphaned', { since: LATER.toISOString() }],
    ['workspace.purge_approaching', { deletionId: `${ID}3`, purgeTime: LATER.toISOString() }],
    ['workspace.purge_started', { deletionId: `${ID}3` }],
    ['workspace.purged', { deletionId: `${ID}3`, certificateId: `${ID}5` }],
  ])('of %s is complete, and nothing more', (type, data) => {
    expect(bodyOf(type)).toEqual({ type, timestamp: TIME.toISOString(), data: { ...about, ...data } });
  });

  it('never tells who, or why', () => {
    for (const type of WEBHOOK_EVENTS) expect(JSON.stringify(bodyOf(type))).not.toContain(PRIVATE);
  });

  it('leaves a purge time out where there is none', () => {
    const never = { deletionId: `${ID}3`, purgeTime: undefined, requestedBy: '' };
    expect(bodyOf('workspace.deletion_scheduled', never)).toMatchObject({ data: { deletionId: `${ID}3` } });
    expect(bodyOf('workspace.deletion_scheduled', never)['data']).not.toHaveProperty('purgeTime');
  });
});

describe('toldBy', () => {
  const { subject, payload, eventId } = encodeEvent('workspace.purge_started', 'test', {
    context,
    deletionId: `${ID}3`,
  });
  const read = (changes: { subject?: string; eventId?: string; body?: object }) =>
    toldBy({
      subject: changes.subject ?? subject,
      eventId: changes.eventId ?? eventId,
      data: changes.body ? Buffer.from(JSON.stringify(changes.body)) : payload,
    });
  const bodyWith = (change: object) => ({ deletionId: `${ID}3`, context: { ...context, ...change } });

  it('reads an event of its subject', () => {
    expect(read({})).toMatchObject({ type: 'workspace.purge_started', event: { context } });
    expect(read({ body: bodyWith({}) })).toMatchObject({ type: 'workspace.purge_started' });
  });

  it.each(['realm.purged', 'workspace.renamed', 'workspace.toString', 'workspace.'])(
    'passes %s over',
    (type) => {
      expect(read({ subject: `lethe.org1.${ID}2.${type}` })).toBeUndefined();
    },
  );

  it.each([
    { subject: `lethe.org10.${ID}2.workspace.purge_started` },
    { subject: `lethe.org1.${ID}3.workspace.purge_started` },
    { subject: `lethe.org1.${ID}2.workspace.purge_started`, eventId: `${ID}9` },
    { body: bodyWith({ organizationId: 'org2' }) },
    { body: bodyWith({ workspaceId: `${ID}7` }) },
    { body: bodyWith({ workspaceId: 'no-uuid' }) },
    { body: bodyWith({ organizationId: 'a/b' }) },
    { body: bodyWith({ organizationId: '' }) },
    { body: bodyWith({ eventId: '' }) },
    { body: bodyWith({ time: undefined }) },
    { body: bodyWith({ time: 'yesterday' }) },
    { body: bodyWith({ epoch: -1 }) },
    { body: {} },
    { body: [] },
  ])('refuses %j', (changes) => {
    expect(() => read(changes)).toThrow();
  });
});
