import { randomUUID } from 'node:crypto';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  testStream,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { forgetLimits, limitStore, refillFor, tokensOf } from '../testing/limits.sql.js';
import { connectQueue, startReplica, type ConnectedQueue, type Replica } from '../testing/replicas.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { MIGRATIONS, deadLetters, receipts, releasedEvent, type PageOf } from '../testing/world.js';
import { clearAll } from '../testing/world.sql.js';

const [queue, otherQueue] = [testStream('workqueue'), testStream('workqueue')];
const ids = blockIds('limited', 40);
let database: TestDatabase;
let authority: ScriptedAuthority;
let pages: ConnectedQueue;
let otherPages: ConnectedQueue;
let bucket: TestBucket;
let page: PageOf;
const running: Replica[] = [];

const connections = () => ({
  nats: new URL(serverVariable('NATS_URL')).host,
  natsToken: process.env['NATS_TOKEN'],
  databaseUrl: database.url,
});
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
  authority = await createScriptedAuthority();
  pages = await connectQueue(queue, connections());
  otherPages = await connectQueue(otherQueue, connections());
});
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  page = { organizationId: 'org1', realmId: randomUUID(), ids };
  authority.grant(page.realmId, 'org1');
  await bucket.put(...keysOf('org1', ids));
  // In debt for an hour and more.
  await limitStore(database.pool, 'primary', 1, -5_000);
});
afterEach(async () => {
  for (const replica of running.splice(0)) await replica.stop();
  await clearAll(database.pool);
  await forgetLimits(database.pool);
  bucket.close();
});
afterAll(async () => {
  for (const each of [pages, otherPages]) {
    await each.remove();
    await each.messaging.stop();
  }
  await authority.stop();
  await database.drop();
});

async function replica(over: Partial<Parameters<typeof startReplica>[0]> = {}): Promise<Replica> {
  const common = { connections: connections(), authorityAddress: authority.address };
  const started = await startReplica({ ...common, queue, store: bucket.options(), ...over });
  running.push(started);
  return started;
}
const received = (count: number) =>
  eventually(`${count} receipts`, async () => {
    const all = await receipts(database.pool);
    return all.length >= count && all;
  });
const waitingIn = (one: Replica, pagesWaiting: number) =>
  eventually(`${pagesWaiting} pages wait`, async () => {
    const { values } = await one.metrics.loopItems.get();
    return (values.find(({ labels }) => labels.count === 'limited')?.value ?? 0) >= pagesWaiting;
  });
const decisions = async (one: Replica): Promise<Record<string, number>> => {
  const { values } = await one.metrics.messages.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.decision), value]));
};

describe('a page for a limited store', () => {
  it('waits in hand, deletes nothing, and is swept when its time has come: delivered once', async () => {
    const one = await replica();
    await pages.release(releasedEvent(page));
    await waitingIn(one, 1);
    expect(await bucket.contents()).toHaveLength(40);
    expect(await receipts(database.pool)).toEqual([]);
    await refillFor(database.pool, 'primary', 5_001);
    expect(await received(1)).toMatchObject([{ blocksSwept: 40, blocksLeft: 0 }]);
    expect(await bucket.contents()).toEqual([]);
    expect(await tokensOf(database.pool, 'primary')).toBeLessThan(0);
    await eventually('it is settled', async () => (await pages.waiting()) === 0);
    expect(await decisions(one)).toEqual({ done: 1 });
  });

  it('goes on within seconds when the limit is raised or removed', async () => {
    const one = await replica();
    await pages.release(releasedEvent(page));
    await waitingIn(one, 1);
    await limitStore(database.pool, 'primary', 1_000_000_000, -5_000);
    await received(1);
    await limitStore(database.pool, 'primary', 1, -5_000);
    const next = blockIds('limited, next', 3);
    await bucket.put(...keysOf('org1', next));
    await pages.release(releasedEvent({ ...page, page: 1, ids: next }));
    await waitingIn(one, 2);
    expect(await bucket.contents()).toHaveLength(3);
    await forgetLimits(database.pool);
    await received(2);
    expect(await bucket.contents()).toEqual([]);
  });

  it('asks for the grant again after its wait, and deletes nothing when there is none any more', async () => {
    const one = await replica();
    await pages.release(releasedEvent(page));
    await waitingIn(one, 1);
    authority.revoke(page.realmId);
    await refillFor(database.pool, 'primary', 10_000);
    await eventually('a dead letter', async () => (await deadLetters(database.pool)).length === 1);
    expect(await bucket.contents()).toHaveLength(40);
    expect(await receipts(database.pool)).toEqual([]);
  });

  it('does not hold up the stop, and is swept by another sweeper', async () => {
    const one = await replica();
    await pages.release(releasedEvent(page));
    await waitingIn(one, 1);
    await one.stop();
    running.length = 0;
    expect(await decisions(one)).toEqual({ retry: 1 });
    await refillFor(database.pool, 'primary', 10_000);
    await replica();
    await received(1);
  });

  it('leaves those alone that need no deletion, and those of other stores', async () => {
    const second = bucket.options({ name: 'second' });
    const one = await replica({ concurrency: 2 });
    await replica({ queue: otherQueue, store: second });
    await pages.release(releasedEvent(page));
    await waitingIn(one, 1);
    await pages.release(releasedEvent({ ...page, page: 1, ids: [], retained: ids }));
    expect(await received(1)).toMatchObject([{ page: 1, blocksSwept: 0 }]);
    for (let n = 2; n < 10; n++)
      await otherPages.release(releasedEvent({ ...page, page: n, ids: blockIds(`other ${n}`, 5) }));
    const swept = (await received(9)).map((receipt) => receipt.page).sort();
    expect(swept).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await bucket.contents()).toHaveLength(40);
  });
});
