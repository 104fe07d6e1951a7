import { randomUUID } from 'node:crypto';
import { PageOutcome } from '@lethe/contracts';
import {
  createFaultProxy,
  createTestBucket,
  slowDown,
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
import { forgetLimits, limitStore, refillFor, tokensOf } from '../testing/limits.sql.js';
import { connectQueue, startReplica, type ConnectedQueue, type Replica } from '../testing/replicas.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { MIGRATIONS, deadLetters, receipts, releasedEvent, type PageOf } from '../testing/world.js';
import { clearAll } from '../testing/world.sql.js';

const HELD_MS = 50;
const queue = testStream('workqueue');
let database: TestDatabase;
let authority: ScriptedAuthority;
let pages: ConnectedQueue;
let bucket: TestBucket;
let s3: FaultProxy;
let one: Replica;

beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
  authority = await createScriptedAuthority();
  pages = await connectQueue(queue, connections());
});
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  s3 = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  one = await startReplica({
    ...{ queue, connections: connections(), authorityAddress: authority.address },
    store: bucket.options({ endpoint: s3.endpoint, requestTimeoutMs: 1_000 }),
    ...{ concurrency: 2, patientFailures: 2, heldMs: HELD_MS, keepGrantMs: 0 },
  });
});
afterEach(async () => {
  await one.stop();
  await clearAll(database.pool);
  await forgetLimits(database.pool);
  await s3.close();
  bucket.close();
});
afterAll(async () => {
  await pages.remove();
  await pages.messaging.stop();
  await authority.stop();
  await database.drop();
});

const connections = () => ({
  nats: new URL(serverVariable('NATS_URL')).host,
  natsToken: process.env['NATS_TOKEN'],
  databaseUrl: database.url,
});
/** A granted purge's page, whose blocks are in the store. */
async function stored(seed: string, count = 10): Promise<PageOf> {
  const page = { organizationId: 'org1', realmId: randomUUID(), ids: blockIds(seed, count) };
  authority.grant(page.realmId, 'org1');
  await bucket.put(...keysOf('org1', page.ids));
  return page;
}
const release = (page: PageOf) => pages.release(releasedEvent(page));
const received = (count: number) =>
  eventually(`${count} receipts`, async () => {
    const all = await receipts(database.pool);
    return all.length >= count && all;
  });
const counted = async (what: string): Promise<number> => {
  const { values } = await one.metrics.loopItems.get();
  return values.find(({ labels }) => labels.count === what)?.value ?? 0;
};
const until = (what: string, times: number) =>
  eventually(`${times} times ${what}`, async () => (await counted(what)) >= times);
const deletions = () => s3.count('DeleteObjects');

const NOT_DUE = { blocksDue: false, sweepTime: new Date(Date.now() + 86_400_000) };
describe.each([
  ['is paused', { paused: true }, { paused: false }],
  ['keeps its blocks', { blocksKept: true }, { blocksKept: false }],
  // Whoever released it: a forged page, or one of a purge that was set back. The time is shown, and opens nothing when it is over.
  ['delays its blocks', NOT_DUE, { blocksDue: true }],
  [
    'delays its blocks, by a time that seems over',
    { ...NOT_DUE, sweepTime: new Date(0) },
    { blocksDue: true },
  ],
])('a page whose purge %s', (_, hold, free) => {
  it('is given back and keeps its blocks, is in nobody’s way, and is swept when that ends', async () => {
    const held = await Promise.all([1, 2, 3, 4, 5].map((n) => stored(`held ${n}`)));
    for (const page of held) {
      authority.intervene(page.realmId, hold);
      await release(page);
    }
    await until('held', held.length);
    const others = await Promise.all([1, 2, 3].map((n) => stored(`other ${n}`)));
    for (const page of others) await release(page);
    const swept = (await received(3)).map(({ context }) => context?.workspaceId).sort();
    expect(swept).toEqual(others.map(({ realmId }) => realmId).sort());
    await until('held', 4 * held.length);
    expect(await bucket.contents()).toEqual(held.flatMap(({ ids }) => keysOf('org1', ids)).sort());
    expect([await pages.waiting(), await receipts(database.pool)]).toMatchObject([5, { length: 3 }]);
    for (const { realmId } of held) authority.intervene(realmId, free);
    await received(8);
    expect(await bucket.contents()).toEqual([]);
    expect(await deadLetters(database.pool)).toEqual([]);
  });

  it('since it was looked at deletes nothing any more', async () => {
    const page = await stored('since');
    // The first question is for the page; the next one is right before the deletion.
    let asked = 0;
    authority.refuse = (method, realmId) => {
      if (method === 'getGrant' && realmId === page.realmId && ++asked === 2)
        authority.intervene(realmId, hold);
    };
    await release(page);
    await until('held', 2);
    authority.refuse = () => undefined;
    expect([deletions(), await receipts(database.pool)]).toEqual([0, []]);
    expect(await bucket.contents()).toHaveLength(10);
    authority.intervene(page.realmId, free);
    expect(await received(1)).toMatchObject([{ outcome: PageOutcome.VERIFIED }]);
    expect(await bucket.contents()).toEqual([]);
  });
});

describe('a purge that is paused in the middle', () => {
  it('keeps what was not swept yet, beside one that goes on', async () => {
    const [first, second, other] = [
      await stored('middle 1'),
      await stored('middle 2'),
      await stored('beside'),
    ];
    const next = { ...second, realmId: first.realmId, page: 1 };
    await release(first);
    await received(1);
    authority.intervene(first.realmId, { paused: true });
    await release(next);
    await release(other);
    await received(2);
    await until('held', 3);
    expect(await bucket.contents()).toEqual(keysOf('org1', next.ids));
    authority.intervene(first.realmId, { paused: false });
    expect((await received(3))[2]).toMatchObject({ page: 1, outcome: PageOutcome.VERIFIED });
    expect(await bucket.contents()).toEqual([]);
  });

  it('gives back the page that waits for a store’s limit, and takes nothing from it', async () => {
    await limitStore(database.pool, 'primary', 1, -5_000);
    const page = await stored('limited');
    await release(page);
    await until('limited', 1);
    authority.intervene(page.realmId, { paused: true });
    await refillFor(database.pool, 'primary', 5_010);
    await until('held', 2);
    expect(await tokensOf(database.pool, 'primary')).toBeLessThan(0);
    expect(await bucket.contents()).toHaveLength(10);
    authority.intervene(page.realmId, { paused: false });
    await received(1);
    expect(await bucket.contents()).toEqual([]);
  });

  it('is as patient with the store afterwards as before, however often its page came', async () => {
    const page = await stored('patient');
    authority.intervene(page.realmId, { paused: true });
    await release(page);
    await until('held', 5);
    s3.fault = () => slowDown;
    authority.intervene(page.realmId, { paused: false });
    await until('unanswered', 1);
    s3.fault = () => undefined;
    expect(await received(1)).toMatchObject([{ outcome: PageOutcome.VERIFIED }]);
    expect(await bucket.contents()).toEqual([]);
  });
});

it('a page whose grant is gone right before the deletion is a dead letter, and keeps its blocks', async () => {
  const page = await stored('revoked');
  let asked = 0;
  authority.refuse = (method, realmId) => {
    if (method === 'getGrant' && realmId === page.realmId && ++asked === 2) authority.revoke(realmId);
  };
  await release(page);
  await eventually('a dead letter', async () => (await deadLetters(database.pool)).length === 1);
  authority.refuse = () => undefined;
  expect([deletions(), await bucket.contents()]).toMatchObject([0, { length: 10 }]);
});
