import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessaging, type Messaging } from '@lethe/messaging';
import { transaction } from '@lethe/postgres';
import { createLogger, createMetrics } from '@lethe/telemetry';
import {
  createProxy,
  createTestDatabase,
  eventually,
  serverVariable,
  testStream,
  type Proxy,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { appendEvents } from './append.js';
import { leaseUnpublished, settleLease } from './outbox.sql.js';
import { createRelay, relayOnce } from './relay.js';

const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
const directory = mkdtempSync(join(tmpdir(), 'lethe-outbox-'));
writeFileSync(
  join(directory, '0001-outbox.sql'),
  `-- Up Migration
create table outbox (
  event_id uuid primary key, append_no bigint generated always as identity, subject text not null, headers jsonb not null,
  payload bytea not null, append_time timestamptz not null default clock_timestamp(),
  published boolean not null default false, lease_time timestamptz)`,
);
const stream = testStream();
let db: TestDatabase;
let proxy: Proxy;
let messaging: Messaging;
beforeAll(async () => {
  db = await createTestDatabase(directory);
  proxy = await createProxy(new URL(serverVariable('NATS_URL')).host);
  messaging = createMessaging({
    servers: proxy.address,
    token: process.env['NATS_TOKEN'],
    clientName: 'test',
    streams: [stream],
    replicas: 1,
    logger,
    checkMs: 100,
  });
  await messaging.start();
});
afterEach(() => db.pool.query('truncate outbox'));
afterAll(async () => {
  const { jsm } = await messaging.session(AbortSignal.timeout(10_000));
  await jsm.streams.delete(stream.name);
  await messaging.stop();
  await proxy.close();
  await db.drop();
  rmSync(directory, { recursive: true });
});

const event = (subject = `${stream.root}.event`) => ({
  eventId: randomUUID(),
  subject,
  headers: { 'ce-type': 'event' },
  payload: Buffer.from([0, 1, 0xff, 0x5c]),
});
const append = async (...events: ReturnType<typeof event>[]) => {
  await transaction(db.pool, (tx) => appendEvents(tx, ...events));
  return events.map(({ eventId }) => eventId);
};
const relay = (intervalMs: number) =>
  createRelay({ pool: db.pool, databaseUrl: db.url, messaging, logger, metrics, intervalMs });
const unpublished = async () =>
  (await db.pool.query<{ n: number }>('select count(*) as n from outbox where not published')).rows[0]?.n;
const allPublished = () => eventually('all is published', async () => (await unpublished()) === 0);

/** Every message of the stream by its id, with how often JetStream stored it. */
async function stored(): Promise<Map<string, number>> {
  const { jsm } = await messaging.session(AbortSignal.timeout(20_000));
  const seen = new Map<string, number>();
  const { state } = await jsm.streams.info(stream.name);
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await jsm.streams.getMessage(stream.name, { seq });
    const id = message?.header.get('Nats-Msg-Id') ?? '';
    seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  return seen;
}

describe('the outbox', () => {
  it('publishes an event if and only if its transaction commits, woken by the commit', async () => {
    const running = relay(3_600_000);
    await running.start();
    const undone = event();
    await expect(
      transaction(db.pool, async (tx) => {
        await appendEvents(tx, undone);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    const ids = await append(event(), event());
    await allPublished();
    const seen = await stored();
    expect(ids.map((id) => seen.get(id))).toEqual([1, 1]);
    expect(seen.has(undone.eventId)).toBe(false);
    await running.stop();
  });

  it('publishes each once, though two relays work at the same time', async () => {
    const ids = await append(...Array.from({ length: 500 }, () => event()));
    const counts = { published: 0 };
    while ((await unpublished()) !== 0)
      for (const result of await Promise.all([1, 2].map(() => relayOnce(db.pool, messaging, metrics))))
        counts.published += result.counts['published'] ?? 0;
    expect(counts.published).toBe(ids.length);
    const seen = await stored();
    for (const id of ids) expect(seen.get(id)).toBe(1);
  });

  it('never leases more than the limit, nor what another has in hand', async () => {
    await append(...Array.from({ length: 40 }, () => event()));
    const leases = await Promise.all(Array.from({ length: 4 }, () => leaseUnpublished(db.pool, 30, 10)));
    const ids = leases.flat().map((row) => row.event_id);
    expect(Math.max(...leases.map((lease) => lease.length))).toBeLessThanOrEqual(10);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('tries again what JetStream refused, and does not let it hold up the others', async () => {
    const nowhere = event('nobody.listens');
    const ids = await append(nowhere, event());
    const { counts, more } = await relayOnce(db.pool, messaging, metrics);
    expect([counts['published'], counts['failed'], more]).toEqual([1, 1, false]);
    expect((await stored()).get(ids[1]!)).toBe(1);
    await db.pool.query(`update outbox set subject = $1`, [`${stream.root}.somewhere`]);
    await relayOnce(db.pool, messaging, metrics);
    expect((await stored()).get(nowhere.eventId)).toBe(1);
  });

  it('does not undo what another relay published after a lease ran out', async () => {
    const [id] = await append(event());
    await leaseUnpublished(db.pool, 0, 10);
    await leaseUnpublished(db.pool, 30, 10);
    await settleLease(db.pool, [id!], []);
    await settleLease(db.pool, [], [id!]);
    expect(await unpublished()).toBe(0);
  });

  it('publishes what was appended while NATS was away, once it comes', async () => {
    await proxy.cut();
    const running = relay(3_600_000);
    await running.start();
    const ids = await append(event(), event());
    await eventually(
      'a publish failed',
      async () => (await db.pool.query('select from outbox where lease_time is null')).rowCount === 2,
    );
    await proxy.mend();
    await allPublished();
    const seen = await stored();
    for (const id of ids) expect(seen.get(id)).toBe(1);
    await running.stop();
  });
});
