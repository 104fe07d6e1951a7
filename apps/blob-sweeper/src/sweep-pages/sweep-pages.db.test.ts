import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { PageOutcome } from '@lethe/contracts';
import {
  createFaultProxy,
  createTestBucket,
  slowDown,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import { RefusalError } from '@lethe/outcome';
import {
  createProxy,
  createTestDatabase,
  eventually,
  serverVariable,
  testStream,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPage } from '../sweep/ledger.sql.js';
import { recordEnd } from '../sweep/end.sql.js';
import { blockIds, keysOf } from '../testing/keys.js';
import { connectQueue, startReplica, type ConnectedQueue, type Replica } from '../testing/replicas.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { deadLetters, receipts, releasedEvent, type PageOf } from '../testing/world.js';
import { MIGRATIONS } from '../testing/world.js';
import { breakLedger, clearAll, endSessions, mendLedger } from '../testing/world.sql.js';

const queue = testStream('workqueue');
const ids = blockIds('pages', 40);
let database: TestDatabase;
let authority: ScriptedAuthority;
let pages: ConnectedQueue;
let bucket: TestBucket;
let s3: FaultProxy;
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
});
beforeEach(async () => {
  bucket = await createTestBucket(serverVariable);
  s3 = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  page = { organizationId: 'org1', realmId: randomUUID(), ids };
  authority.grant(page.realmId, 'org1');
  authority.refuse = () => undefined;
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
  const store = bucket.options({ endpoint: s3.endpoint, requestTimeoutMs: 1_000 });
  const common = { queue, connections: connections(), authorityAddress: authority.address, store };
  const started = await startReplica({ ...common, ...over });
  running.push(started);
  return started;
}
const received = (count: number) =>
  eventually(`${count} receipts`, async () => {
    const all = await receipts(database.pool);
    return all.length >= count && all;
  });
const settled = () => eventually('the queue is empty', async () => (await pages.waiting()) === 0);
const release = (of: PageOf, over: Parameters<typeof releasedEvent>[1] = {}) =>
  pages.release(releasedEvent(of, over));
const ledger = (of: PageOf) => findPage(database.pool, of.realmId, of.epoch ?? 3, of.page ?? 0);
const verified = (swept: number) => ({
  outcome: PageOutcome.VERIFIED,
  blocksSwept: swept,
  blocksLeft: 0,
  reason: '',
});

describe('a page', () => {
  it('is swept, recorded and receipted; its neighbours stay', async () => {
    const others = [...keysOf('org10', ids), ...keysOf('org1', blockIds('others', 40))].sort();
    await bucket.put(...keysOf('org1', ids), ...others);
    await replica();
    await release({ ...page, retained: blockIds('retained', 2) });
    expect(await received(1)).toMatchObject([verified(40)]);
    expect(await ledger(page)).toMatchObject({ state: 'verified', rows: 42, swept: 40, stores: ['primary'] });
    expect(await bucket.contents()).toEqual(others);
    await settled();
  });

  it('that was verified gets its receipt again, once it was read back; nothing is asked to be deleted', async () => {
    const others = keysOf('org1', blockIds('others', 40));
    await bucket.put(...keysOf('org1', ids), ...others);
    await replica();
    await release(page);
    await received(1);
    const deletes = s3.count('DeleteObjects');
    expect(deletes).toBeGreaterThan(0);
    await release(page);
    await release({ ...page, cut: 2 });
    const [first, ...again] = await received(3);
    expect([first, ...again]).toMatchObject([verified(40), verified(40), verified(40)]);
    expect([first?.cut, ...again.map(({ cut }) => cut).sort()]).toEqual([1, 1, 2]);
    expect(await ledger(page)).toMatchObject({ cut: 2 });
    expect(s3.count('DeleteObjects')).toBe(deletes);
    expect(await bucket.contents()).toEqual([...others].sort());
  });

  it('whose verified blocks are back is blocked: a backup was restored, or their ids live again, so they stay', async () => {
    await replica();
    await release({ ...page, cut: 2 });
    await received(1);
    const deletes = s3.count('DeleteObjects');
    await bucket.put(...keysOf('org1', ids.slice(0, 7)));
    for (const cut of [2, 1]) await release({ ...page, cut });
    const back = {
      outcome: PageOutcome.BLOCKED,
      blocksSwept: 40,
      blocksLeft: 7,
      reason: 'primary: 7 CameBack',
    };
    const after = await received(3);
    expect(after).toMatchObject([verified(40), back, back]);
    expect(after.map(({ cut }) => cut).sort()).toEqual([1, 2, 2]);
    expect(s3.count('DeleteObjects')).toBe(deletes);
    expect(await bucket.contents()).toHaveLength(7);
    expect(await ledger(page), 'the ledger keeps what was so').toMatchObject({ state: 'verified', cut: 2 });
  });

  it('whose verified blocks are back is swept again in a newer cut: its rows stand, so no id of it lives', async () => {
    await replica();
    await release(page);
    await received(1);
    await bucket.put(...keysOf('org1', ids.slice(0, 7)));
    await release({ ...page, cut: 2 });
    expect((await received(2))[1]).toMatchObject({ ...verified(40), cut: 2 });
    expect(await bucket.contents()).toEqual([]);
    expect(await ledger(page)).toMatchObject({ state: 'verified', cut: 2 });
    // Once more: by now a receipt may have taken the rows.
    await bucket.put(...keysOf('org1', ids.slice(0, 7)));
    await release({ ...page, cut: 2 });
    expect((await received(3))[2]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 7, cut: 2 });
    expect(await bucket.contents()).toHaveLength(7);
  });

  it('that was verified, read back in a newer cut, is not swept in that cut when its blocks come back later', async () => {
    await replica();
    await release(page);
    await received(1);
    await release({ ...page, cut: 2 });
    expect((await received(2))[1]).toMatchObject({ ...verified(40), cut: 2 });
    expect(await ledger(page)).toMatchObject({ state: 'verified', cut: 2 });
    // The receipt took the rows, and a live realm the ids; then the same delivery comes once more.
    await bucket.put(...keysOf('org1', ids));
    await release({ ...page, cut: 2 });
    expect((await received(3))[2]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 40 });
    expect(await bucket.contents()).toHaveLength(40);
  });

  it('of a sweep that has ended is not swept in any cut, though it was verified', async () => {
    await replica();
    await release(page);
    await received(1);
    await recordEnd(database.pool, page.realmId, 3, 1);
    await bucket.put(...keysOf('org1', ids));
    await release({ ...page, cut: 2 });
    expect((await received(2))[1]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 40 });
    expect(await bucket.contents()).toHaveLength(40);
    expect(await ledger(page)).toMatchObject({ state: 'verified', cut: 1 });
  });

  it('whose blocks are back and do not go is blocked in the ledger too', async () => {
    await replica();
    await release(page);
    await received(1);
    await bucket.put(...keysOf('org1', ids));
    s3.fault = ({ operation }) =>
      operation === 'DeleteObjects'
        ? { kind: 'answer', status: 200, body: '<DeleteResult></DeleteResult>' }
        : undefined;
    await release({ ...page, cut: 2 });
    expect((await received(2))[1]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 40, cut: 2 });
    expect(await ledger(page)).toMatchObject({ state: 'blocked', blocks_left: 40, cut: 2 });
  });

  it('is swept again when it comes with more rows, or more of its blocks', async () => {
    await replica();
    await bucket.put(...keysOf('org1', ids));
    await release({ ...page, ids: ids.slice(2, 30) });
    await received(1);
    await release({ ...page, ids: ids.slice(1), retained: ids.slice(0, 1), cut: 2 });
    await received(2);
    await release({ ...page, cut: 3 });
    expect(await received(3)).toMatchObject([verified(28), verified(39), verified(40)]);
    expect(await bucket.contents()).toEqual([]);
  });

  it('in an older cut, or of a sweep that has ended, is a dead letter: what it names may live again', async () => {
    await replica();
    await release({ ...page, cut: 2 });
    await received(1);
    const requests = s3.count();
    await bucket.put(...keysOf('org1', ids));
    await release({ ...page, ids: ids.slice(0, 30) });
    await eventually('a dead letter', async () => (await deadLetters(database.pool)).length === 1);
    await recordEnd(database.pool, page.realmId, 3, 1);
    await release({ ...page, page: 1 });
    await eventually('another', async () => (await deadLetters(database.pool)).length === 2);
    // Even where this service lost its own memory of it.
    const other = { ...page, realmId: randomUUID() };
    authority.grant(other.realmId, 'org1');
    authority.released(other.realmId, { pages: 1 });
    await release(other);
    await eventually('a third', async () => (await deadLetters(database.pool)).length === 3);
    expect(s3.count()).toBe(requests);
    expect(await bucket.contents()).toHaveLength(40);
    expect(await receipts(database.pool)).toHaveLength(1);
  });

  it('is blocked with a number and a reason while the store refuses, and verified later', async () => {
    await replica();
    await bucket.put(...keysOf('org1', ids));
    const locked = keysOf('org1', ids)[0]!;
    const answer = `<DeleteResult><Error><Key>${locked}</Key><Code>AccessDenied</Code></Error></DeleteResult>`;
    s3.fault = ({ operation, body }) =>
      operation === 'DeleteObjects' && body.includes(locked)
        ? { kind: 'answer', status: 200, body: answer }
        : undefined;
    await release(page);
    const reason = 'primary: 1 AccessDenied';
    expect(await received(1)).toMatchObject([
      { outcome: PageOutcome.BLOCKED, blocksLeft: 1, blocksSwept: 40, reason },
    ]);
    const first = await ledger(page);
    expect(first).toMatchObject({ state: 'blocked', blocks_left: 1, reason });
    await release(page);
    await received(2);
    expect((await ledger(page))?.block_time).toEqual(first?.block_time);
    s3.fault = () => undefined;
    await release(page);
    expect((await received(3)).at(-1)).toMatchObject(verified(40));
    expect(await ledger(page)).toMatchObject({
      state: 'verified',
      blocks_left: 0,
      reason: null,
      block_time: null,
    });
  });

  it('of no blocks needs no store', async () => {
    await replica();
    await release({ ...page, ids: [], retained: ids });
    expect(await received(1)).toMatchObject([verified(0)]);
    // It is recognized, and no more.
    expect(s3.requests.filter(({ operation }) => operation !== 'other')).toEqual([]);
  });
});

describe('a page that nothing stands behind', () => {
  const raw = (bytes: Buffer): Parameters<typeof releasedEvent>[1] => ({ blockIds: bytes });
  it.each([
    ['no grant', () => release({ ...page, realmId: randomUUID() })],
    ['a grant of another epoch', () => release({ ...page, epoch: 2 })],
    ['an epoch that is none', () => release({ ...page, epoch: 0 })],
    ['another organization', () => release({ ...page, organizationId: 'org10' })],
    ['no bytes', () => pages.release({ ...releasedEvent(page), payload: Buffer.alloc(0) })],
    [
      'bytes that are no message',
      () => pages.release({ ...releasedEvent(page), payload: Buffer.alloc(99, 255) }),
    ],
    ['half an id', () => release(page, raw(Buffer.alloc(24)))],
    ['an id twice', () => release(page, raw(Buffer.alloc(32, 1)))],
    ['descending ids', () => release(page, raw(Buffer.concat([Buffer.alloc(16, 2), Buffer.alloc(16, 1)])))],
    ['too many ids', () => release({ ...page, ids: blockIds('many', 1_001) })],
    ['fewer rows than blocks', () => release(page, { rows: 39 })],
    ['too many rows', () => release(page, { rows: 1_001 })],
    ['no row', () => release({ ...page, ids: [] })],
    ['a short digest', () => release(page, { rowDigest: Buffer.alloc(31) })],
    ['a negative number', () => release(page, { page: -1 })],
    ['a realm that is none', () => release({ ...page, realmId: 'realm' })],
  ])('is a dead letter, and the store is not asked: %s', async (_, publish) => {
    await replica();
    await publish();
    await settled();
    expect(await deadLetters(database.pool)).toHaveLength(1);
    expect(s3.count()).toBe(0);
    expect(await receipts(database.pool)).toEqual([]);
  });
});

describe('while something is away', () => {
  it('the authority: the page waits, and the store is not asked', async () => {
    let asked = 0;
    authority.refuse = () => {
      asked += 1;
      throw new RefusalError({ code: status.UNAVAILABLE, reason: 'AWAY', message: 'away' });
    };
    await replica();
    await bucket.put(...keysOf('org1', ids));
    await release(page);
    await eventually('asked twice', () => Promise.resolve(asked > 1));
    expect(s3.count()).toBe(0);
    expect(await pages.waiting()).toBe(1);
    authority.refuse = () => undefined;
    expect(await received(1)).toMatchObject([verified(40)]);
    expect(await deadLetters(database.pool)).toEqual([]);
  });

  it('the store: the page waits in the queue, and is swept when it returns', async () => {
    s3.fault = () => slowDown;
    const one = await replica();
    await bucket.put(...keysOf('org1', ids));
    await release(page);
    await eventually('tried twice', async () => {
      const { values } = await one.metrics.messages.get();
      return (values.find(({ labels }) => labels.decision === 'retry')?.value ?? 0) > 1;
    });
    expect(await pages.waiting()).toBe(1);
    expect([await ledger(page), await receipts(database.pool)]).toEqual([undefined, []]);
    s3.fault = () => undefined;
    expect(await received(1)).toMatchObject([verified(40)]);
    expect(await bucket.contents()).toEqual([]);
  });

  it('the store, for long: the page is seen as blocked, and swept when it is released again', async () => {
    s3.fault = () => slowDown;
    await replica({ patientFailures: 2 });
    await bucket.put(...keysOf('org1', ids));
    await release(page);
    expect(await received(1)).toMatchObject([{ outcome: PageOutcome.BLOCKED, blocksLeft: 40 }]);
    await settled();
    expect(await ledger(page)).toMatchObject({ state: 'blocked', blocks_left: 40 });
    s3.fault = () => undefined;
    await release({ ...page, cut: 2 });
    expect((await received(2))[1]).toMatchObject(verified(40));
    expect(await bucket.contents()).toEqual([]);
  });

  it('the ledger: what was deleted is swept again, and receipted once', async () => {
    await replica();
    await bucket.put(...keysOf('org1', ids));
    await breakLedger(database.pool);
    await release(page);
    await eventually('deleted', async () => (await bucket.contents()).length === 0);
    expect(await receipts(database.pool)).toEqual([]);
    await mendLedger(database.pool);
    expect(await received(1)).toMatchObject([verified(40)]);
    await settled();
    expect(await receipts(database.pool)).toHaveLength(1);
  });

  it('a store that says nothing does not hold up the stop', async () => {
    const silent = bucket.options({ endpoint: s3.endpoint, requestTimeoutMs: 60_000 });
    const asked = new Promise<void>((resolve) => {
      s3.fault = () => {
        resolve();
        return { kind: 'hang', when: 'before' };
      };
    });
    const one = await replica({ store: silent });
    await release(page);
    await asked;
    await one.stop();
    running.length = 0;
    s3.fault = () => undefined;
    await replica();
    expect(await received(1)).toMatchObject([verified(40)]);
  });
});

describe('replicas', () => {
  it('do not sweep one page at once', async () => {
    await bucket.put(...keysOf('org1', ids));
    let [now, most, deleted] = [0, 0, 0];
    const before = authority.calls.getGrant;
    s3.fault = async ({ operation }) => {
      if (operation !== 'DeleteObjects') return undefined;
      [now, deleted] = [now + 1, deleted + 1];
      most = Math.max(most, now);
      await eventually('the other asked', () => Promise.resolve(authority.calls.getGrant === before + 2));
      now -= 1;
      return undefined;
    };
    await replica({ concurrency: 1 });
    await replica({ concurrency: 1 });
    await release(page);
    await release(page);
    expect((await received(2)).slice(0, 2)).toMatchObject([verified(40), verified(40)]);
    expect([most, deleted]).toEqual([1, 1]);
  });

  it('keep to their number of pages at once', async () => {
    let [now, most] = [0, 0];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    s3.fault = async ({ operation }) => {
      if (operation !== 'DeleteObjects') return undefined;
      most = Math.max(most, ++now);
      await gate;
      now -= 1;
      return undefined;
    };
    for (let i = 0; i < 8; i++) await bucket.put(...keysOf('org1', blockIds(`bound ${i}`, 3)));
    await replica({ concurrency: 2 });
    for (let i = 0; i < 8; i++) await release({ ...page, page: i, ids: blockIds(`bound ${i}`, 3) });
    await eventually('two are in hand', () => Promise.resolve(now === 2));
    // Round trips in which a third could have come.
    for (let i = 0; i < 20; i++) expect(await pages.waiting()).toBe(8);
    expect(most).toBe(2);
    open();
    await received(8);
  });

  it('share the pages, and lose none when one dies in the middle', async () => {
    const nats = await createProxy(connections().nats);
    const dying = await createFaultProxy(serverVariable('S3_ENDPOINT'));
    const all = Array.from({ length: 12 }, (_, i) => ({ ...page, page: i, ids: blockIds(`share ${i}`, 5) }));
    await bucket.put(...all.flatMap((each) => keysOf('org1', each.ids)));
    let inHand = 0;
    const held = new Promise<void>((resolve) => {
      dying.fault = ({ operation }) => {
        if (operation !== 'DeleteObjects') return undefined;
        if (++inHand === 4) resolve();
        return { kind: 'hang', when: 'after' };
      };
    });
    await replica({
      connections: { ...connections(), nats: nats.address },
      store: bucket.options({ endpoint: dying.endpoint, requestTimeoutMs: 60_000 }),
      applicationName: 'dying',
    });
    for (const each of all) await release(each);
    await held;
    const living = await replica();
    await nats.cut();
    const receipted = await eventually('every page has its receipt', async () => {
      // The dead hold no session: what it still had in its buffer, it would lock anew.
      await endSessions(database.pool, 'dying');
      const seen = new Set((await receipts(database.pool)).map((receipt) => receipt.page));
      return seen.size === all.length && seen;
    });
    expect(receipted.size).toBe(12);
    expect(await bucket.contents()).toEqual([]);
    expect(await living.swept()).toBeGreaterThan(0);
    await running.shift()!.stop();
    await nats.close();
    await dying.close();
  });
});
