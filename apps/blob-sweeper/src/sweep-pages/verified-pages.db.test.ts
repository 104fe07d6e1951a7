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
import { recordEnd } from '../sweep/end.sql.js';
import { blockIds, keysOf } from '../testing/keys.js';
import { startSweeping, type Sweeping, verified } from '../testing/sweeping.js';
import { MIGRATIONS, deadLetters, receipts } from '../testing/world.js';

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
  it('that was verified gets its receipt again, once it was read back; nothing is asked to be deleted', async () => {
    const others = keysOf('org1', blockIds('others', 40));
    await at.bucket.put(...keysOf('org1', ids), ...others);
    await at.replica();
    await at.release(at.page);
    await at.received(1);
    const deletes = at.s3.count('DeleteObjects');
    expect(deletes).toBeGreaterThan(0);
    await at.release(at.page);
    await at.release({ ...at.page, cut: 2 });
    const [first, ...again] = await at.received(3);
    expect([first, ...again]).toMatchObject([verified(40), verified(40), verified(40)]);
    expect([first?.cut, ...again.map(({ cut }) => cut).sort()]).toEqual([1, 1, 2]);
    expect(await at.ledger(at.page)).toMatchObject({ cut: 2 });
    expect(at.s3.count('DeleteObjects')).toBe(deletes);
    expect(await at.bucket.contents()).toEqual([...others].sort());
  });

  it('whose verified blocks are back is blocked: a backup was restored, or their ids live again, so they stay', async () => {
    await at.replica();
    await at.release({ ...at.page, cut: 2 });
    await at.received(1);
    const deletes = at.s3.count('DeleteObjects');
    await at.bucket.put(...keysOf('org1', ids.slice(0, 7)));
    for (const cut of [2, 1]) await at.release({ ...at.page, cut });
    const back = {
      outcome: PageOutcome.BLOCKED,
      blocksSwept: 40,
      blocksLeft: 7,
      reason: 'primary: 7 CameBack',
    };
    const after = await at.received(3);
    expect(after).toMatchObject([verified(40), back, back]);
    expect(after.map(({ cut }) => cut).sort()).toEqual([1, 2, 2]);
    expect(at.s3.count('DeleteObjects')).toBe(deletes);
    expect(await at.bucket.contents()).toHaveLength(7);
    expect(await at.ledger(at.page), 'the ledger keeps what was so').toMatchObject({
      state: 'verified',
      cut: 2,
    });
  });

  it('whose verified blocks are back is swept again in a newer cut: its rows stand, so no id of it lives', async () => {
    await at.replica();
    await at.release(at.page);
    await at.received(1);
    await at.bucket.put(...keysOf('org1', ids.slice(0, 7)));
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(2))[1]).toMatchObject({ ...verified(40), cut: 2 });
    expect(await at.bucket.contents()).toEqual([]);
    expect(await at.ledger(at.page)).toMatchObject({ state: 'verified', cut: 2 });
    // Once more: by now a receipt may have taken the rows.
    await at.bucket.put(...keysOf('org1', ids.slice(0, 7)));
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(3))[2]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 7, cut: 2 });
    expect(await at.bucket.contents()).toHaveLength(7);
  });

  it('that was verified, read back in a newer cut, is not swept in that cut when its blocks come back later', async () => {
    await at.replica();
    await at.release(at.page);
    await at.received(1);
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(2))[1]).toMatchObject({ ...verified(40), cut: 2 });
    expect(await at.ledger(at.page)).toMatchObject({ state: 'verified', cut: 2 });
    // The receipt took the rows, and a live realm the ids; then the same delivery comes once more.
    await at.bucket.put(...keysOf('org1', ids));
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(3))[2]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 40 });
    expect(await at.bucket.contents()).toHaveLength(40);
  });

  it('of a sweep that has ended is not swept in any cut, though it was verified', async () => {
    await at.replica();
    await at.release(at.page);
    await at.received(1);
    await recordEnd(at.pool, at.page.realmId, 3, 1);
    await at.bucket.put(...keysOf('org1', ids));
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(2))[1]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 40 });
    expect(await at.bucket.contents()).toHaveLength(40);
    expect(await at.ledger(at.page)).toMatchObject({ state: 'verified', cut: 1 });
  });

  it('whose blocks are back and do not go is blocked in the ledger too', async () => {
    await at.replica();
    await at.release(at.page);
    await at.received(1);
    await at.bucket.put(...keysOf('org1', ids));
    at.s3.fault = ({ operation }) =>
      operation === 'DeleteObjects'
        ? { kind: 'answer', status: 200, body: '<DeleteResult></DeleteResult>' }
        : undefined;
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(2))[1]).toMatchObject({ outcome: PageOutcome.BLOCKED, blocksLeft: 40, cut: 2 });
    expect(await at.ledger(at.page)).toMatchObject({ state: 'blocked', blocks_left: 40, cut: 2 });
  });

  it('in an older cut, or of a sweep that has ended, is a dead letter: what it names may live again', async () => {
    await at.replica();
    await at.release({ ...at.page, cut: 2 });
    await at.received(1);
    const requests = at.s3.count();
    await at.bucket.put(...keysOf('org1', ids));
    await at.release({ ...at.page, ids: ids.slice(0, 30) });
    await eventually('a dead letter', async () => (await deadLetters(at.pool)).length === 1);
    await recordEnd(at.pool, at.page.realmId, 3, 1);
    await at.release({ ...at.page, page: 1 });
    await eventually('another', async () => (await deadLetters(at.pool)).length === 2);
    // Even where this service lost its own memory of it.
    const other = { ...at.page, realmId: randomUUID() };
    at.authority.grant(other.realmId, 'org1');
    at.authority.released(other.realmId, { pages: 1 });
    await at.release(other);
    await eventually('a third', async () => (await deadLetters(at.pool)).length === 3);
    expect(at.s3.count()).toBe(requests);
    expect(await at.bucket.contents()).toHaveLength(40);
    expect(await receipts(at.pool)).toHaveLength(1);
  });
});
