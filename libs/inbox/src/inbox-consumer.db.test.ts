import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessaging, DONE, reject, retry, type Decision, type Messaging } from '@lethe/messaging';
import { execute, many } from '@lethe/postgres';
import { createLogger, createMetrics } from '@lethe/telemetry';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  stressStartStop,
  testStream,
  type TestDatabase,
} from '@lethe/testkit';
import { headers } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createInboxConsumer } from './inbox-consumer.js';

const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
const directory = mkdtempSync(join(tmpdir(), 'lethe-inbox-'));
writeFileSync(
  join(directory, '0001-inbox.sql'),
  `-- Up Migration
create table inbox (consumer text not null, event_id text not null,
  receive_time timestamptz not null default clock_timestamp(), primary key (consumer, event_id));
create table dead_letter (consumer text not null, event_id text not null, subject text not null, payload bytea not null,
  reason text not null, deliveries integer not null, primary key (consumer, event_id));
create table effect (body text not null)`,
);
const stream = testStream('workqueue');
let db: TestDatabase;
let messaging: Messaging;
beforeAll(async () => {
  db = await createTestDatabase(directory);
  messaging = createMessaging({
    servers: serverVariable('NATS_URL'),
    token: process.env['NATS_TOKEN'],
    clientName: 'test',
    streams: [stream],
    replicas: 1,
    logger,
  });
  await messaging.start();
});
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const consumer of running.splice(0)) await consumer.stop();
  await db.pool.query('truncate inbox, dead_letter, effect');
});
afterAll(async () => {
  await (await session()).jsm.streams.delete(stream.name);
  await messaging.stop();
  await db.drop();
  rmSync(directory, { recursive: true });
});
const session = () => messaging.session(AbortSignal.timeout(20_000));

/** Without an id for JetStream: it must not dedupe before the inbox does. */
async function send(eventId: string | undefined, body: string | Buffer): Promise<void> {
  const sent = headers();
  if (eventId !== undefined) sent.set('ce-id', eventId);
  await (await session()).js.publish(`${stream.root}.x`, body, { headers: sent });
}
const create = (decide: (body: string) => Decision | Promise<Decision>, durable = 'tester') =>
  createInboxConsumer({
    messaging,
    stream: stream.name,
    durable,
    subjects: stream.subjects,
    ackWaitMs: 5_000,
    concurrency: 4,
    pool: db.pool,
    decode: ({ data }) => (JSON.parse(Buffer.from(data).toString('utf8')) as { body: string }).body,
    effect: async (tx, body) => {
      await execute(tx, `insert into effect values ($1)`, [body]);
      return decide(body);
    },
    logger,
    metrics,
  });
async function consume(decide: (body: string) => Decision | Promise<Decision>): Promise<void> {
  const consumer = create(decide);
  running.push(consumer);
  await consumer.start();
}
const json = (body: string) => JSON.stringify({ body });
const effects = async () =>
  (await many<{ body: string }>(db.pool, `select body from effect order by body`)).map((row) => row.body);
const letters = () =>
  many<{ event_id: string; reason: string; payload: Buffer }>(
    db.pool,
    `select * from dead_letter order by event_id`,
  );
const streamEmpty = () =>
  eventually('every message is settled', async () => {
    const { jsm } = await session();
    return (await jsm.streams.info(stream.name)).state.messages === 0;
  });

describe('the inbox', () => {
  it('lets each event take effect once, however often it is delivered, in any order', async () => {
    for (const id of ['1', '2', '1', '3', '2', '1', '3']) await send(`event-${id}`, json(id));
    await consume(() => DONE);
    await streamEmpty();
    expect(await effects()).toEqual(['1', '2', '3']);
    expect(await letters()).toEqual([]);
  });

  it('undoes the effect of what is to come again, and of what failed, until it succeeds', async () => {
    const tries = new Map<string, number>();
    await consume((body) => {
      const n = (tries.get(body) ?? 0) + 1;
      tries.set(body, n);
      if (n > 2) return DONE;
      if (body === 'fails') throw new Error('fails');
      return retry(10, 'not yet');
    });
    await send('later', json('later'));
    await send('fails', json('fails'));
    await streamEmpty();
    expect(await effects()).toEqual(['fails', 'later']);
    expect([tries.get('later'), tries.get('fails')]).toEqual([3, 3]);
    expect(await letters()).toEqual([]);
  });

  it('keeps what is rejected as a dead letter, without its effect', async () => {
    await consume(() => reject('never'));
    await send('hopeless', json('x'));
    await streamEmpty();
    expect(await effects()).toEqual([]);
    expect(await letters()).toMatchObject([{ event_id: 'hopeless', reason: 'never' }]);
  });

  it('keeps what cannot be decoded as a dead letter, whatever bytes it is, and whatever it calls itself', async () => {
    const bodies = ['', 'no json', '\0', '{"body":\0', Buffer.from([0xff, 0xfe, 0x00]), 'x'.repeat(10_000)];
    for (const [n, body] of bodies.entries()) await send(`bad-${n}`, body);
    await send('i'.repeat(129), 'too long a name');
    await send(undefined, 'no name');
    await consume(() => DONE);
    await streamEmpty();
    const kept = await letters();
    expect(kept).toHaveLength(bodies.length + 2);
    expect(kept.filter(({ event_id }) => event_id.startsWith(`${stream.name}/`))).toHaveLength(2);
    for (const [n, body] of bodies.entries())
      expect(kept.find(({ event_id }) => event_id === `bad-${n}`)?.payload).toEqual(Buffer.from(body));
    for (const { reason } of kept) expect(reason).toMatch(/^cannot be decoded: /);
  });

  it('gives up what has failed a hundred times, so that it neither spins for ever nor is lost', async () => {
    let tries = 0;
    await consume((body) => {
      if (body === 'good') return DONE;
      if (body === 'broken' && ++tries >= 100) throw new Error('broken\0');
      return retry(0, 'again');
    });
    for (const body of ['poison', 'broken', 'good']) await send(body, json(body));
    await streamEmpty();
    expect(await effects()).toEqual(['good']);
    expect(await letters()).toMatchObject([
      { event_id: 'broken', reason: '100 deliveries: broken\u{FFFD}' },
      { event_id: 'poison', reason: '100 deliveries: again' },
    ]);
  });

  it('keeps the contract of start and stop', async () => {
    await Promise.all(Array.from({ length: 10 }, () => db.pool.query('select pg_sleep(0.1)')));
    await stressStartStop(() => create(() => DONE));
  });
});
