import { randomUUID } from 'node:crypto';
import { PageOutcome } from '@lethe/contracts';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  testStream,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { blockIds, keysOf } from '../testing/keys.js';
import { startSweeping, type Sweeping, verified } from '../testing/sweeping.js';
import { MIGRATIONS, deadLetters, receipts, releasedEvent } from '../testing/world.js';

const ids = blockIds('pages', 40);
let database: TestDatabase;
let at: Sweeping;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
  const queue = testStream('workqueue');
  const natsToken = process.env['NATS_TOKEN'];
  at = await startSweeping({ queue, natsToken, database, serverVariable, eventually }, ids);
});
beforeEach(() => at.renew());
afterEach(() => at.clear());
afterAll(async () => {
  await at.stop();
  await database.drop();
});

describe('a page', () => {
  it('is swept, recorded and receipted; its neighbours stay', async () => {
    const others = [...keysOf('org10', ids), ...keysOf('org1', blockIds('others', 40))].sort();
    await at.bucket.put(...keysOf('org1', ids), ...others);
    await at.replica();
    await at.release({ ...at.page, retained: blockIds('retained', 2) });
    expect(await at.received(1)).toMatchObject([verified(40)]);
    expect(await at.ledger(at.page)).toMatchObject({
      state: 'verified',
      rows: 42,
      swept: 40,
      stores: ['primary'],
    });
    expect(await at.bucket.contents()).toEqual(others);
    await at.settled();
  });

  it('is swept again when it comes with more rows, or more of its blocks', async () => {
    await at.replica();
    await at.bucket.put(...keysOf('org1', ids));
    await at.release({ ...at.page, ids: ids.slice(2, 30) });
    await at.received(1);
    await at.release({ ...at.page, ids: ids.slice(1), retained: ids.slice(0, 1), cut: 2 });
    await at.received(2);
    await at.release({ ...at.page, cut: 3 });
    expect(await at.received(3)).toMatchObject([verified(28), verified(39), verified(40)]);
    expect(await at.bucket.contents()).toEqual([]);
  });

  it('is blocked with a number and a reason while the store refuses, and verified later', async () => {
    await at.replica();
    await at.bucket.put(...keysOf('org1', ids));
    const locked = keysOf('org1', ids)[0]!;
    const answer = `<DeleteResult><Error><Key>${locked}</Key><Code>AccessDenied</Code></Error></DeleteResult>`;
    at.s3.fault = ({ operation, body }) =>
      operation === 'DeleteObjects' && body.includes(locked)
        ? { kind: 'answer', status: 200, body: answer }
        : undefined;
    await at.release(at.page);
    const reason = 'primary: 1 AccessDenied';
    expect(await at.received(1)).toMatchObject([
      { outcome: PageOutcome.BLOCKED, blocksLeft: 1, blocksSwept: 40, reason },
    ]);
    const first = await at.ledger(at.page);
    expect(first).toMatchObject({ state: 'blocked', blocks_left: 1, reason });
    await at.release(at.page);
    await at.received(2);
    expect((await at.ledger(at.page))?.block_time).toEqual(first?.block_time);
    at.s3.fault = () => undefined;
    await at.release(at.page);
    expect((await at.received(3)).at(-1)).toMatchObject(verified(40));
    expect(await at.ledger(at.page)).toMatchObject({
      state: 'verified',
      blocks_left: 0,
      reason: null,
      block_time: null,
    });
  });

  it('of no blocks needs no store', async () => {
    await at.replica();
    await at.release({ ...at.page, ids: [], retained: ids });
    expect(await at.received(1)).toMatchObject([verified(0)]);
    // It is recognized, and no more.
    expect(at.s3.requests.filter(({ operation }) => operation !== 'other')).toEqual([]);
  });
});

describe('a page that nothing stands behind', () => {
  const raw = (bytes: Buffer): Parameters<typeof releasedEvent>[1] => ({ blockIds: bytes });
  it.each([
    ['no grant', () => at.release({ ...at.page, realmId: randomUUID() })],
    ['a grant of another epoch', () => at.release({ ...at.page, epoch: 2 })],
    ['an epoch that is none', () => at.release({ ...at.page, epoch: 0 })],
    ['another organization', () => at.release({ ...at.page, organizationId: 'org10' })],
    ['no bytes', () => at.pages.release({ ...releasedEvent(at.page), payload: Buffer.alloc(0) })],
    [
      'bytes that are no message',
      () => at.pages.release({ ...releasedEvent(at.page), payload: Buffer.alloc(99, 255) }),
    ],
    ['half an id', () => at.release(at.page, raw(Buffer.alloc(24)))],
    ['an id twice', () => at.release(at.page, raw(Buffer.alloc(32, 1)))],
    [
      'descending ids',
      () => at.release(at.page, raw(Buffer.concat([Buffer.alloc(16, 2), Buffer.alloc(16, 1)]))),
    ],
    ['too many ids', () => at.release({ ...at.page, ids: blockIds('many', 1_001) })],
    ['fewer rows than blocks', () => at.release(at.page, { rows: 39 })],
    ['too many rows', () => at.release(at.page, { rows: 1_001 })],
    ['no row', () => at.release({ ...at.page, ids: [] })],
    ['a short digest', () => at.release(at.page, { rowDigest: Buffer.alloc(31) })],
    ['a negative number', () => at.release(at.page, { page: -1 })],
    ['a realm that is none', () => at.release({ ...at.page, realmId: 'realm' })],
  ])('is a dead letter, and the store is not asked: %s', async (_, publish) => {
    await at.replica();
    await publish();
    await at.settled();
    expect(await deadLetters(at.pool)).toHaveLength(1);
    expect(at.s3.count()).toBe(0);
    expect(await receipts(at.pool)).toEqual([]);
  });
});
