import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { LIFECYCLE_STREAM, STREAMS, encodeEvent, type EncodedEvent } from '@lethe/contracts';
import { createMessaging, type Messaging } from '@lethe/messaging';
import { refusalOf } from '@lethe/outcome';
import { createLogger } from '@lethe/telemetry';
import {
  createProxy,
  createTestDatabase,
  eventually,
  serverVariable,
  stressStartStop,
  type Proxy,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answering, startReceiver, taken, type Receiver } from './testing/receiver.js';
import { clientOf, configOf, serviceOf } from './testing/running-service.js';
import { age, countsOf, deliveriesOf, makeDue, putAside } from './testing/world.sql.js';
import { pruneDeliveries } from './prune-deliveries/prune-deliveries.loop.js';
import type { WebhookSenderHandle } from './webhook-sender.js';
import { WEBHOOK_EVENTS } from './webhook/event-types.js';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const nats = () => new URL(serverVariable('NATS_URL')).host;
let db: TestDatabase;
let toNats: Proxy;
let toDatabase: Proxy;
let messaging: Messaging;
let service: WebhookSenderHandle;
let operator: ReturnType<typeof clientOf>;
let receiver: Receiver;
let org = '';
const settings = () =>
  configOf({
    databaseUrl: Object.assign(new URL(db.url), { host: toDatabase.address }).href,
    natsUrl: toNats.address,
    natsToken: process.env['NATS_TOKEN'],
  });
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  toNats = await createProxy(nats());
  toDatabase = await createProxy(new URL(db.url).host);
  messaging = createMessaging({
    servers: nats(),
    token: process.env['NATS_TOKEN'],
    clientName: 'test',
    streams: STREAMS,
    replicas: 1,
    logger: createLogger('test', 'silent'),
  });
  await messaging.start();
  await messaging.session(AbortSignal.timeout(20_000));
  service = serviceOf(settings());
  await service.start();
  operator = clientOf(service.grpcAddress, 'operator');
});
afterAll(async () => {
  operator.close();
  await service.stop();
  await messaging.stop();
  await toNats.close();
  await toDatabase.close();
  await db.drop();
});
beforeEach(async () => {
  receiver = await startReceiver();
  org = `org-${randomUUID().slice(0, 8)}`;
});
afterEach(() => receiver.stop());

function purged(organizationId = org, { workspaceId = randomUUID(), time = new Date() } = {}): EncodedEvent {
  const context = { eventId: randomUUID(), organizationId, workspaceId, epoch: 1, time };
  const body = { context, deletionId: randomUUID(), certificateId: randomUUID() };
  return encodeEvent('workspace.purged', 'test', body);
}
/** As if JetStream had never seen it, so that it stores it again. */
const publish = (event: EncodedEvent) => messaging.publish({ ...event, eventId: randomUUID() });
const create = (request: Partial<{ organizationId: string; url: string; eventTypes: string[] }> = {}) =>
  operator.unary((client) => client.createWebhook, {
    ...{ organizationId: org, url: receiver.url, eventTypes: [...WEBHOOK_EVENTS] },
    ...request,
  });
const list = (organizationId = org, pageSize = 0, pageToken = '') =>
  operator.unary((client) => client.listWebhooks, { organizationId, pageSize, pageToken });
const deadLetters = (organizationId = org, pageSize = 0, pageToken = '') =>
  operator.unary((client) => client.listDeadLetters, { organizationId, pageSize, pageToken });
const retry = (deliveryId: string) => operator.unary((client) => client.retryDelivery, { deliveryId });
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: unknown) => refusalOf(error)?.reason,
  );
const heard = (n: number) => eventually(`${n} heard`, () => Promise.resolve(receiver.heard.length >= n));
const counted = (state: 'delivered' | 'dead', n: number) =>
  eventually(`${n} ${state}`, async () => (await countsOf(db.pool, org))[state] === n);

describe('webhook-sender', () => {
  it('tells an organization of its events, and of nobody else, and of nothing that was before', async () => {
    const { webhook, secret } = await create();
    const old = purged(org, { time: new Date((webhook?.createTime?.getTime() ?? 0) - 1) });
    const own = purged();
    for (const event of [old, purged(`${org}0`), purged(org.slice(0, -1)), own]) await publish(event);
    await heard(1);
    await counted('delivered', 1);
    const [told] = receiver.verified(secret);
    expect(told).toMatchObject({
      type: 'workspace.purged',
      data: { eventId: own.eventId, organizationId: org },
    });
    expect(await countsOf(db.pool, org)).toEqual({ pending: 0, delivered: 1, dead: 0 });
  });

  it('makes one delivery for each webhook of doubled and disordered events', async () => {
    await create();
    await create({ eventTypes: ['workspace.purged'] });
    await create({ eventTypes: ['workspace.restored'] });
    const events = Array.from({ length: 10 }, () => purged());
    for (const event of [...events, ...events.toReversed(), ...events]) await publish(event);
    const last = purged(); // behind all of them: what comes twice has come by now
    await publish(last);
    await counted('delivered', 22);
    const told = receiver.heard.map(
      ({ body }) => (JSON.parse(body) as { data: { eventId: string } }).data.eventId,
    );
    expect(told.toSorted()).toEqual(
      [...events, last].flatMap(({ eventId }) => [eventId, eventId]).toSorted(),
    );
  });

  it('puts aside what speaks of another organization than its subject, and goes on', async () => {
    await create();
    const forged = purged(`${org}-other`);
    const subject = purged().subject;
    await publish({ ...forged, subject });
    await publish(purged());
    await counted('delivered', 1);
    expect((await putAside(db.pool)).filter((it) => it.subject === subject)).toMatchObject([
      { reason: expect.stringContaining('another workspace than its subject') },
    ]);
    expect(await deliveriesOf(db.pool, `${org}-other`)).toEqual([]);
  });

  it('goes on where it was when NATS was away', async () => {
    await create();
    await toNats.cut();
    // What is given to a connection that NATS still believes in is given again only when its ack wait is over.
    await eventually('NATS has noticed', async () => {
      const { jsm } = await messaging.session(AbortSignal.timeout(20_000));
      return (await jsm.consumers.info(LIFECYCLE_STREAM.name, 'webhook-sender')).num_waiting === 0;
    });
    await publish(purged());
    expect(await reasonOf(list())).toBe('done');
    await toNats.mend();
    await counted('delivered', 1);
    expect(receiver.heard).toHaveLength(1);
  });

  it('goes on where it was when its database was away', async () => {
    await create();
    await toDatabase.cut();
    await publish(purged());
    expect(await reasonOf(list())).toBe('UNAVAILABLE');
    await toDatabase.mend();
    await counted('delivered', 1);
    expect(receiver.heard).toHaveLength(1);
  });

  it('takes a dead letter up again, once, and not what is none', async () => {
    const { webhook } = await create();
    receiver.answer = answering(500);
    const events = [purged(), purged()];
    for (const event of events) await publish(event);
    await heard(2);
    await eventually('given up', async () => {
      await makeDue(db.pool, org);
      return (await countsOf(db.pool, org)).dead === 2;
    });
    const first = await deadLetters(org, 1);
    const second = await deadLetters(org, 1, first.nextPageToken);
    expect(second.nextPageToken).toBe('');
    const letters = [...first.deadLetters, ...second.deadLetters];
    expect(letters.map((it) => it.eventId).toSorted()).toEqual(events.map((it) => it.eventId).toSorted());
    expect(letters[0]).toMatchObject({
      webhookId: webhook?.webhookId,
      organizationId: org,
      eventType: 'workspace.purged',
      attempts: 10,
      reason: 'answered 500',
    });
    expect((await deadLetters(`${org}0`)).deadLetters).toEqual([]);

    receiver.answer = taken;
    const deliveryId = letters[0]!.deliveryId;
    expect(await reasonOf(retry(deliveryId))).toBe('done');
    await counted('delivered', 1);
    expect(await reasonOf(retry(deliveryId))).toBe('NOT_A_DEAD_LETTER');
    for (const none of [randomUUID(), '', 'no id'])
      expect(await reasonOf(retry(none))).toBe('DELIVERY_NOT_FOUND');
    expect((await deadLetters()).deadLetters).toHaveLength(1);
    expect(receiver.heard.at(-1)?.headers['webhook-id']).toBe(deliveryId);
  });

  it('takes nothing up for an endpoint that is gone', async () => {
    await create();
    receiver.answer = answering(410);
    await publish(purged());
    await counted('dead', 1);
    const { webhooks } = await list();
    expect(webhooks).toMatchObject([{ disableTime: expect.any(Date) }]);
    const [letter] = (await deadLetters()).deadLetters;
    expect(letter).toMatchObject({ reason: 'answered 410' });
    expect(await reasonOf(retry(letter!.deliveryId))).toBe('WEBHOOK_DISABLED');
  });

  it('forgets a webhook with its deliveries, and deliveries after 30 days', async () => {
    const { webhook } = await create();
    await publish(purged());
    await counted('delivered', 1);
    receiver.answer = answering(500);
    await publish(purged());
    await heard(2);
    await age(db.pool, org, 29);
    await pruneDeliveries(db.pool);
    expect(await countsOf(db.pool, org)).toMatchObject({ pending: 1, delivered: 1 });
    await age(db.pool, org, 2);
    await pruneDeliveries(db.pool);
    expect(await countsOf(db.pool, org)).toMatchObject({ pending: 1, delivered: 0 });

    const remove = () =>
      reasonOf(operator.unary((client) => client.deleteWebhook, { webhookId: webhook!.webhookId }));
    expect([await remove(), await remove()]).toEqual(['done', 'WEBHOOK_NOT_FOUND']);
    expect(await deliveriesOf(db.pool, org)).toEqual([]);
  });

  it('tells the secret once, each webhook its own, and lists by pages', async () => {
    const made = [];
    for (let n = 0; n < 5; n++) made.push(await create({ url: `${receiver.url}/${n}` }));
    expect(new Set(made.map((it) => it.secret)).size).toBe(5);
    for (const { secret } of made) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const listed = [];
    for (let pageToken = '', page = 0; page === 0 || pageToken !== ''; page++) {
      const answer = await list(org, 2, pageToken);
      expect(JSON.stringify(answer)).not.toContain('whsec_');
      listed.push(...answer.webhooks);
      pageToken = answer.nextPageToken;
    }
    expect(listed).toEqual(made.map((it) => it.webhook));
    expect((await list('', 1000)).webhooks.length).toBeGreaterThanOrEqual(5);
  });

  it.each<[object]>([
    [{ organizationId: '' }],
    [{ organizationId: 'a/b' }],
    [{ organizationId: 'x'.repeat(33) }],
    [{ url: '' }],
    [{ url: 'ftp://example.org/' }],
    [{ url: 'https://user:secret@example.org/' }],
    [{ eventTypes: [] }],
    [{ eventTypes: ['workspace.purged', 'realm.purged'] }],
    [{ eventTypes: ['*'] }],
    [{ eventTypes: ['toString'] }],
  ])('makes no webhook of %j', async (request) => {
    expect(await reasonOf(create(request))).toBe('INVALID_ARGUMENT');
    expect((await list()).webhooks).toEqual([]);
  });

  it.each([
    'x',
    'bnVsbA',
    Buffer.from('["org1","2026-01-01","x"]').toString('base64url'),
    Buffer.from(JSON.stringify(['org1', '0000-01-01T00:00:00.000Z', randomUUID()])).toString('base64url'),
  ])('refuses the page token %s', async (token) => {
    expect(await reasonOf(list(org, 0, token))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(deadLetters(org, 0, token))).toBe('INVALID_ARGUMENT');
  });

  it('lets an organization have twenty, also when they are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 25 }, () => reasonOf(create())));
    expect(made.filter((it) => it === 'TOO_MANY_WEBHOOKS')).toHaveLength(5);
    expect((await list()).webhooks).toHaveLength(20);
  });

  it('answers operators alone', async () => {
    for (const token of ['gateway', 'stranger', 'nobody']) {
      const other = clientOf(service.grpcAddress, token);
      const expected = token === 'nobody' ? 'UNAUTHENTICATED' : 'CALLER_NOT_ALLOWED';
      const [webhookId, deliveryId] = [randomUUID(), randomUUID()];
      const page = { organizationId: '', pageSize: 0, pageToken: '' };
      const calls = [
        other.unary((c) => c.createWebhook, { organizationId: org, url: receiver.url, eventTypes: [] }),
        other.unary((c) => c.listWebhooks, page),
        other.unary((c) => c.deleteWebhook, { webhookId }),
        other.unary((c) => c.listDeadLetters, page),
        other.unary((c) => c.retryDelivery, { deliveryId }),
      ];
      expect(await Promise.all(calls.map(reasonOf))).toEqual(calls.map(() => expected));
      other.close();
    }
  });

  it('keeps the contract of start and stop, with NATS and without', async () => {
    await stressStartStop(() => serviceOf(settings()));
    await stressStartStop(() => serviceOf({ ...settings(), natsUrl: 'nats://127.0.0.1:1' }));
  }, 120_000);
});
