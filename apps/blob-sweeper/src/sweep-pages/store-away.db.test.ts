import { randomUUID } from 'node:crypto';
import { PageOutcome } from '@lethe/contracts';
import {
  createFaultProxy,
  createTestBucket,
  slowDown,
  type Fault,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  testStream,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { connectQueue, startReplica, type ConnectedQueue, type Replica } from '../testing/replicas.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { deadLetters, MIGRATIONS, receipts, releasedEvent, type PageOf } from '../testing/world.js';
import { clearAll } from '../testing/world.sql.js';

const queue = testStream('workqueue');
/** A store that is away is noticed and probed at once. */
const HASTY = { backoffMs: 1, mostBackoffMs: 5, probeMs: 20, mostProbeMs: 40 };
let database: TestDatabase;
let authority: ScriptedAuthority;
let pages: ConnectedQueue;
let bucket: TestBucket;
let s3: FaultProxy;
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
});
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  s3 = await createFaultProxy(serverVariable('S3_ENDPOINT'));
});
afterEach(async () => {
  for (const replica of running.splice(0)) await replica.stop();
  await clearAll(database.pool);
  await s3.close();
  bucket.close();
});
afterAll(async () => {
  await pages.remove();
  await pages.messaging.stop();
  await authority.stop();
  await database.drop();
});

async function replica(over: Partial<Parameters<typeof startReplica>[0]> = {}): Promise<Replica> {
  const store = bucket.options({ endpoint: s3.endpoint, requestTimeoutMs: 1_000, pace: HASTY });
  const common = { queue, connections: connections(), authorityAddress: authority.address, store };
  const started = await startReplica({ ...common, ...over });
  running.push(started);
  return started;
}
/** Pages of a purge, with their blocks in the bucket. */
async function purge(name: string, count: number, organizationId = 'org1', into = bucket): Promise<PageOf[]> {
  const realmId = randomUUID();
  authority.grant(realmId, organizationId);
  const all = Array.from({ length: count }, (_, page) => ({
    ...{ organizationId, realmId, page },
    ids: blockIds(`${name} ${page}`, 5),
  }));
  await into.put(...all.flatMap(({ ids }) => keysOf(organizationId, ids)));
  return all;
}
const release = async (all: readonly PageOf[]) => {
  for (const page of all) await pages.release(releasedEvent(page));
};
const gauge = async ({ metrics }: Replica, name: string) =>
  (await metrics.registry.getSingleMetric(name)?.get())?.values.find(
    ({ labels }) => labels['store'] === 'primary',
  )?.value;
const isAway = (one: Replica) =>
  eventually('the breaker is open', async () => (await gauge(one, 'lethe_store_breaker')) === 2);
const waited = async (one: Replica, times: number) => {
  const { values } = await one.metrics.loopItems.get();
  return (values.find(({ labels }) => labels.count === 'away')?.value ?? 0) >= times;
};
const settled = () => eventually('the queue is empty', async () => (await pages.waiting()) === 0);

describe('while a store is away', () => {
  it.each<[string, Fault, string]>([
    ['cannot be reached', { kind: 'reset', when: 'before' }, 'ECONNRESET'],
    ['is busy all the time', slowDown, 'SlowDown'],
  ])(
    'and %s, one page of each purge says so, the others wait; all are swept when it is back',
    async (_, fault, code) => {
      s3.fault = () => fault;
      const before = new Date();
      const [one, two] = [await purge('one', 6), await purge('two', 3)];
      const [a, b] = [await replica({ patientMs: 0 }), await replica({ patientMs: 0 })] as const;
      await release([...one, ...two]);
      const told = await eventually('both purges tell', async () => {
        const all = await receipts(database.pool);
        return new Set(all.map(({ context }) => context?.workspaceId)).size === 2 && all;
      });
      await isAway(a);
      await isAway(b);
      expect(told[0]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 5 });
      const [, since, why] = /^primary: StoreAway since (\S+), (\w+)$/.exec(told[0]!.reason) ?? [];
      expect(why).toBe(code);
      expect(new Date(since!).getTime()).toBeGreaterThanOrEqual(before.getTime() - 1);
      // While they wait nothing asks the store but probes, and nobody tells it twice.
      const asked = s3.requests.length;
      const seen = s3.requests.slice();
      await eventually('they came a few times more', () => waited(a, 12));
      const probes = s3.requests.slice(asked).filter(({ query }) => query.get('max-keys') === '1');
      expect(probes).toHaveLength(s3.requests.length - seen.length);
      expect(await receipts(database.pool)).toHaveLength(2);
      expect(await pages.waiting()).toBe(9);

      s3.fault = () => undefined;
      await settled();
      const all = (await receipts(database.pool)).slice(2);
      expect(all.map(({ outcome }) => outcome)).toEqual(Array(9).fill(PageOutcome.VERIFIED));
      expect(await bucket.contents()).toEqual([]);
      expect(await deadLetters(database.pool)).toEqual([]);
      expect(await gauge(a, 'lethe_store_breaker')).toBe(0);
      expect(await gauge(a, 'lethe_store_away_since_timestamp_seconds')).toBe(0);
    },
  );

  it('for a moment, nobody hears of it', async () => {
    s3.fault = () => ({ kind: 'reset', when: 'before' });
    const one = await replica();
    await release(await purge('moment', 3));
    await isAway(one);
    await eventually('they waited', () => waited(one, 3));
    s3.fault = () => undefined;
    await settled();
    expect((await receipts(database.pool)).map(({ outcome }) => outcome)).toEqual(
      Array(3).fill(PageOutcome.VERIFIED),
    );
    expect(await bucket.contents()).toEqual([]);
  });

  it('pages of other stores go on', async () => {
    const other = await createTestBucket(serverVariable);
    s3.fault = () => ({ kind: 'reset', when: 'before' });
    const one = await replica({
      organizations: ['org1'],
      others: [{ store: other.options({ name: 'second' }), organizations: ['org2'] }],
      concurrency: 2,
    });
    await release(await purge('waits', 8));
    await isAway(one);
    await release(await purge('goes on', 8, 'org2', other));
    await eventually('all of them are gone', async () => (await receipts(database.pool)).length === 8);
    expect(await other.contents()).toEqual([]);
    expect(await bucket.contents()).toHaveLength(40);
    s3.fault = () => undefined;
    await settled();
    expect(await bucket.contents()).toEqual([]);
    other.close();
  });
});
