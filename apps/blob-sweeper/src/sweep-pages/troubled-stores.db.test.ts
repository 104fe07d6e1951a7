import { randomUUID } from 'node:crypto';
import { PageOutcome, type BlocksSwept } from '@lethe/contracts';
import {
  createFaultProxy,
  createTestBucket,
  makeTrouble,
  TROUBLES,
  type FaultProxy,
  type TestBucket,
  type Trouble,
} from '@lethe/object-store/testing';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  testStream,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { connectQueue, startReplica, type ConnectedQueue, type Replica } from '../testing/replicas.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { deadLetters, MIGRATIONS, receipts, releasedEvent, type PageOf } from '../testing/world.js';
import { clearAll } from '../testing/world.sql.js';

const RATES = [0, 10, 50, 90];
const PAGES = 3;
const HASTY = { backoffMs: 1, mostBackoffMs: 5, probeMs: 10, mostProbeMs: 20 };
/** Then the store is well: nine of ten for good would be an outage. */
const MOST: Partial<Record<Trouble, number>> = { 'slow down': 60, latency: Infinity };
const MOST_OF_OTHERS = 30;

/** A store in trouble, with the purge of an organization that has its blocks in no other. */
interface Place {
  readonly bucket: TestBucket;
  readonly proxy: FaultProxy;
  readonly troubles: () => number;
  readonly pages: PageOf[];
  readonly neighbours: string[];
}

const queue = testStream('workqueue');
let database: TestDatabase;
let authority: ScriptedAuthority;
let queued: ConnectedQueue;
let places: Place[] = [];
let running: Replica | undefined;
const connections = () => ({
  nats: new URL(serverVariable('NATS_URL')).host,
  natsToken: process.env['NATS_TOKEN'],
  databaseUrl: database.url,
});
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
  authority = await createScriptedAuthority();
  queued = await connectQueue(queue, connections());
});
afterEach(async () => {
  await running?.stop();
  for (const { bucket, proxy } of places) {
    bucket.close();
    await proxy.close();
  }
  await clearAll(database.pool);
});
afterAll(async () => {
  await queued.remove();
  await queued.messaging.stop();
  await authority.stop();
  await database.drop();
});

async function troubled(trouble: Trouble, rate: number): Promise<Place> {
  const organizationId = `org${rate}`;
  const bucket = await createTestBucket(serverVariable);
  const proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  const most = MOST[trouble] ?? MOST_OF_OTHERS;
  const troubles = makeTrouble(proxy, trouble, { rate: rate / 100, seed: rate + 1, most });
  const realmId = randomUUID();
  authority.grant(realmId, organizationId);
  const pages = Array.from({ length: PAGES }, (_, page) => ({
    ...{ organizationId, realmId, page, cut: 1 },
    ids: blockIds(`${trouble} ${rate} ${page}`, 12),
  }));
  const doomed = pages.flatMap(({ ids }) => keysOf(organizationId, ids));
  const neighbours = [
    ...keysOf(organizationId, blockIds(`neighbours ${trouble}`, 12)),
    ...keysOf(`${organizationId}0`, pages[0]!.ids),
  ].sort();
  await bucket.put(...doomed, ...neighbours);
  return { bucket, proxy, troubles, pages, neighbours };
}

/** Does what realm-purge does: what was blocked is released again, in a newer cut, until its receipt says that it is gone. */
async function purgeAll(pages: readonly PageOf[]): Promise<void> {
  const keyOf = (realmId: string | undefined, page: number, cut: number) => `${realmId}/${page}/${cut}`;
  const waiting = new Map(pages.map((page) => [`${page.realmId}/${page.page}`, page]));
  for (const page of pages) await queued.release(releasedEvent(page));
  await eventually(
    'every page is verified',
    async () => {
      const seen = new Map<string, BlocksSwept>();
      for (const receipt of await receipts(database.pool))
        seen.set(keyOf(receipt.context?.workspaceId, receipt.page, receipt.cut), receipt);
      for (const [key, page] of waiting) {
        const receipt = seen.get(keyOf(page.realmId, page.page ?? 0, page.cut ?? 1));
        if (receipt?.outcome === PageOutcome.VERIFIED) waiting.delete(key);
        if (receipt?.outcome !== PageOutcome.BLOCKED) continue;
        const again = { ...page, cut: (page.cut ?? 1) + 1 };
        waiting.set(key, again);
        await queued.release(releasedEvent(again));
      }
      return waiting.size === 0;
    },
    60_000,
  );
}

describe('a store in trouble', () => {
  it.each(TROUBLES)(
    '(%s, for none, a tenth, half and nine tenths of its requests) holds nobody up for good, and keeps nothing',
    { timeout: 90_000 },
    async (trouble) => {
      places = await Promise.all(RATES.map((rate) => troubled(trouble, rate)));
      const [first, ...others] = places.map(({ bucket, proxy, pages }, n) => ({
        store: bucket.options({
          ...{ name: `at ${RATES[n]}`, endpoint: proxy.endpoint },
          ...{ requestTimeoutMs: trouble === 'timeouts after the effect' ? 400 : 2_000, pace: HASTY },
        }),
        organizations: [pages[0]!.organizationId],
      }));
      running = await startReplica({
        ...{ queue, connections: connections(), authorityAddress: authority.address },
        ...{ store: first!.store, organizations: first!.organizations, others, concurrency: 12 },
      });
      await purgeAll(places.flatMap(({ pages }) => pages));
      for (const { bucket, neighbours } of places) expect(await bucket.contents()).toEqual(neighbours);
      expect(places[0]!.troubles(), 'none').toBe(0);
      expect(places[3]!.troubles(), 'many').toBeGreaterThan(3);
      expect(await deadLetters(database.pool)).toEqual([]);
    },
  );
});
