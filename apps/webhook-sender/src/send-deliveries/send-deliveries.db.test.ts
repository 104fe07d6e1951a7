import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createPool, transaction } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, eventually, stressStartStop, type TestDatabase } from '@lethe/testkit';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answering, startReceiver, taken, type Receiver } from '../testing/receiver.js';
import { alarmsOf, testSender } from '../testing/sender.js';
import {
  addWebhook,
  countsOf,
  deliveriesOf,
  disabled,
  endLeases,
  makeDue,
  record,
  SECRET,
} from '../testing/world.sql.js';
import { WEBHOOK_EVENTS } from '../webhook/event-types.js';
import type { SenderOptions } from './send-deliveries.loop.js';
import { disableWebhook, setAllDead, setFailed } from './send-deliveries.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let receiver: Receiver;
let org = '';
const running: ReturnType<typeof testSender>[] = [];
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());
beforeEach(async () => {
  receiver = await startReceiver();
  org = `org-${randomUUID().slice(0, 8)}`;
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((sender) => sender.stop()));
  await receiver.stop();
  await db.pool.query('delete from webhook');
});

async function start(options: Partial<SenderOptions> = {}) {
  const sender = testSender(db.pool, options);
  running.push(sender);
  await sender.start();
  return sender;
}
const become = (state: 'delivered' | 'dead' | 'pending', n: number, of = org) =>
  eventually(`${n} ${state}`, async () => (await countsOf(db.pool, of))[state] === n);
const attempted = (times: number) =>
  eventually(`${times} attempts`, async () => {
    const [delivery] = await deliveriesOf(db.pool, org);
    return delivery?.attempts === times && !delivery.leased && delivery;
  });

describe('send-deliveries', () => {
  it('sends what is due once, signed by the convention', async () => {
    await addWebhook(db.pool, org, receiver.url);
    const ids = [await record(db.pool, org), await record(db.pool, org)];
    await start();
    await become('delivered', 2);
    expect(receiver.verified(SECRET).map(({ data }) => data['eventId'])).toEqual(expect.arrayContaining(ids));
    const [seen] = receiver.heard;
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Lethe-Webhooks/1',
    });
    const deliveries = await deliveriesOf(db.pool, org);
    expect(deliveries.map((it) => it.delivery_id)).toEqual(
      expect.arrayContaining(receiver.heard.map(({ headers }) => headers['webhook-id'])),
    );
    // Another secret, another body, another id: none of it verifies.
    const { headers, body } = seen!;
    const sent = headers as Record<string, string>;
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    expect(() => new Webhook(other).verify(body, sent)).toThrow();
    expect(() => new Webhook(SECRET).verify(`${body} `, sent)).toThrow();
    expect(() => new Webhook(SECRET).verify(body, { ...sent, 'webhook-id': 'x' })).toThrow();
  });

  it('tries again what was not taken, after the pause, with the same id and body', async () => {
    await addWebhook(db.pool, org, receiver.url);
    await record(db.pool, org);
    receiver.answer = answering(500);
    await start();
    const first = await attempted(1);
    expect(first).toMatchObject({ state: 'pending', last_failure: 'answered 500' });
    expect(first.due_in).toBeGreaterThan(3);
    expect(first.due_in).toBeLessThanOrEqual(5);
    receiver.answer = answering(503, { 'retry-after': '1000' });
    await makeDue(db.pool, org);
    const second = await attempted(2);
    expect(second.due_in).toBeGreaterThan(900);
    receiver.answer = taken;
    await makeDue(db.pool, org);
    await become('delivered', 1);
    expect(receiver.verified(SECRET)).toHaveLength(3);
    expect(
      new Set(receiver.heard.map(({ headers, body }) => `${headers['webhook-id'] as string} ${body}`)).size,
    ).toBe(1);
  });

  it('gives up after ten attempts, with an alarm, and sends no more', async () => {
    await addWebhook(db.pool, org, receiver.url);
    await record(db.pool, org);
    receiver.answer = answering(400);
    const { metrics } = await start();
    for (let attempt = 1; attempt < 10; attempt++) {
      await attempted(attempt);
      await makeDue(db.pool, org);
    }
    await become('dead', 1);
    await makeDue(db.pool, org);
    await record(db.pool, org); // a later one goes its way
    receiver.answer = taken;
    await become('delivered', 1);
    expect(receiver.heard).toHaveLength(11);
    expect(await deliveriesOf(db.pool, org)).toMatchObject([{ state: 'dead', attempts: 10 }, {}]);
    expect(await alarmsOf(metrics)).toEqual({ webhook_dead_letter: 1 });
  });

  it('disables a webhook whose endpoint is gone (410), with all that was pending', async () => {
    const gone = await addWebhook(db.pool, org, receiver.url);
    const other = await startReceiver();
    await addWebhook(db.pool, org, other.url);
    receiver.answer = answering(410);
    for (let n = 0; n < 20; n++) await record(db.pool, org);
    const { metrics } = await start();
    await become('dead', 20);
    await become('delivered', 20);
    expect(await disabled(db.pool, gone)).toBe(true);
    await record(db.pool, org);
    await become('delivered', 21);
    expect(await countsOf(db.pool, org)).toEqual({ pending: 0, delivered: 21, dead: 20 });
    expect(receiver.heard.length).toBeLessThanOrEqual(4);
    expect(await alarmsOf(metrics)).toEqual({ webhook_disabled: 1 });
    await other.stop();
  });

  it('leaves nothing pending of a webhook that is disabled while there is something to tell', async () => {
    for (let round = 0; round < 40; round++) {
      const webhookId = await addWebhook(db.pool, org, receiver.url);
      const disable = () =>
        transaction(db.pool, async (tx) => {
          await disableWebhook(tx, webhookId);
          await setAllDead(tx, webhookId, 'gone');
        });
      const tell = () => record(db.pool, org);
      await Promise.all(round % 2 ? [disable(), tell(), tell()] : [tell(), tell(), disable()]);
    }
    const { pending, dead } = await countsOf(db.pool, org);
    expect(pending).toBe(0);
    expect(dead, 'nothing was ever told in time').toBeGreaterThan(0);
  });

  it('lets a slow endpoint delay nobody else, and keep no more than its share', async () => {
    const slowOrg = `${org}-slow`;
    const slow = await startReceiver();
    const [pending, most] = [new Set<() => void>(), { at_once: 0 }];
    slow.answer = (_, response) => {
      pending.add(() => response.writeHead(204).end());
      most.at_once = Math.max(most.at_once, pending.size);
    };
    await addWebhook(db.pool, slowOrg, slow.url);
    await addWebhook(db.pool, org, receiver.url);
    for (let n = 0; n < 50; n++) await record(db.pool, slowOrg);
    await start({ concurrency: 8, perWebhook: 3 });
    await start({ concurrency: 8, perWebhook: 3 }); // a second replica changes nothing
    await eventually('the slow one has its share', () => Promise.resolve(pending.size === 3));
    for (let n = 0; n < 50; n++) await record(db.pool, org);
    await become('delivered', 50);
    expect(await countsOf(db.pool, slowOrg)).toEqual({ pending: 50, delivered: 0, dead: 0 });
    slow.answer = taken;
    for (const end of pending) end();
    await become('delivered', 50, slowOrg);
    expect(most.at_once).toBe(3);
    await slow.stop();
  });

  it('sends each once, however many replicas look', async () => {
    for (let n = 0; n < 5; n++) await addWebhook(db.pool, org, `${receiver.url}/${n}`);
    for (let n = 0; n < 60; n++) await record(db.pool, org);
    await Promise.all([start(), start(), start()]);
    await become('delivered', 300);
    const ids = receiver.heard.map(({ headers }) => headers['webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([300, 300]);
  });

  it('tells what happened to a workspace in its order, and of others meanwhile', async () => {
    await addWebhook(db.pool, org, receiver.url);
    const workspaceId = randomUUID();
    const at = (n: number) => new Date(Date.now() - 60_000 + n);
    const told = WEBHOOK_EVENTS.map((type, n) => ({ workspaceId, type, time: at(n) }));
    for (const event of told.toReversed()) await record(db.pool, org, event);
    await start();
    await become('delivered', told.length);
    expect(receiver.verified(SECRET).map(({ type }) => type)).toEqual(WEBHOOK_EVENTS);
  });

  it('lets no event wait for the second attempt of another', async () => {
    await addWebhook(db.pool, org, receiver.url);
    const workspaceId = randomUUID();
    const first = await record(db.pool, org, { workspaceId, time: new Date(Date.now() - 60_000) });
    receiver.answer = (heard, response) =>
      (heard.body.includes(first) ? answering(500) : taken)(heard, response);
    for (let n = 0; n < 3; n++) await record(db.pool, org, { workspaceId });
    await start();
    await become('delivered', 3);
    expect(await countsOf(db.pool, org)).toEqual({ pending: 1, delivered: 3, dead: 0 });
  });

  it('sends again, with the same id, what it could not record', async () => {
    await addWebhook(db.pool, org, receiver.url);
    await record(db.pool, org);
    const doomed = createPool({
      url: db.url,
      applicationName: 'doomed',
      max: 2,
      logger: createLogger('test', 'silent'),
    });
    const first = testSender(doomed, {
      post: async () => {
        // Sent and taken; then the database is away, and the process dies.
        receiver.heard.push({ path: '', headers: {}, body: 'first' });
        await doomed.end();
        return { kind: 'answered', status: 204, retryAfter: undefined };
      },
    });
    await first.start();
    await eventually('it was sent', () => Promise.resolve(receiver.heard.length === 1));
    await first.stop();
    expect(await deliveriesOf(db.pool, org)).toMatchObject([{ state: 'pending', attempts: 0, leased: true }]);
    await start();
    await record(db.pool, org);
    await become('delivered', 1); // the other one: the lease still stands
    expect(await deliveriesOf(db.pool, org)).toMatchObject([{ state: 'pending' }, { state: 'delivered' }]);
    await endLeases(db.pool);
    await become('delivered', 2);
    const [delivery] = await deliveriesOf(db.pool, org);
    expect(receiver.heard.at(-1)?.headers['webhook-id']).toBe(delivery?.delivery_id);
  });

  it('does not let a sender that was too late undo what another did', async () => {
    await addWebhook(db.pool, org, receiver.url);
    await record(db.pool, org);
    await start();
    await become('delivered', 1);
    const [delivery] = await deliveriesOf(db.pool, org);
    expect(await setFailed(db.pool, delivery!.delivery_id, randomUUID(), 'late', 0)).toBe(0);
    expect(await deliveriesOf(db.pool, org)).toEqual([
      expect.objectContaining({ state: 'delivered', attempts: 1 }),
    ]);
  });

  it('lets what is under way end when it stops, and keeps the contract of start and stop', async () => {
    await addWebhook(db.pool, org, receiver.url);
    await record(db.pool, org);
    let end: () => void = () => undefined;
    receiver.answer = (_, response) => {
      end = () => response.writeHead(204).end();
    };
    const sender = await start();
    await eventually('it is under way', () => Promise.resolve(receiver.heard.length === 1));
    const stopped = sender.stop();
    end();
    await stopped;
    expect(await countsOf(db.pool, org)).toEqual({ pending: 0, delivered: 1, dead: 0 });
    await Promise.all(Array.from({ length: 10 }, () => db.pool.query('select pg_sleep(0.1)')));
    await stressStartStop(() => testSender(db.pool));
  });
});
