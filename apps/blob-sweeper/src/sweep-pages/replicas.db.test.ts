import { status } from '@grpc/grpc-js';
import { PageOutcome } from '@lethe/contracts';
import { createFaultProxy, slowDown } from '@lethe/object-store/testing';
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
import { blockIds, keysOf } from '../testing/keys.js';
import { startSweeping, type Sweeping, verified } from '../testing/sweeping.js';
import { MIGRATIONS, deadLetters, receipts } from '../testing/world.js';
import { breakLedger, endSessions, mendLedger } from '../testing/world.sql.js';

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

describe('while something is away', () => {
  it('the authority: the page waits, and the store is not asked', async () => {
    let asked = 0;
    at.authority.refuse = () => {
      asked += 1;
      throw new RefusalError({ code: status.UNAVAILABLE, reason: 'AWAY', message: 'away' });
    };
    await at.replica();
    await at.bucket.put(...keysOf('org1', ids));
    await at.release(at.page);
    await eventually('asked twice', () => Promise.resolve(asked > 1));
    expect(at.s3.count()).toBe(0);
    expect(await at.pages.waiting()).toBe(1);
    at.authority.refuse = () => undefined;
    expect(await at.received(1)).toMatchObject([verified(40)]);
    expect(await deadLetters(at.pool)).toEqual([]);
  });

  it('the store: the page waits in the queue, and is swept when it returns', async () => {
    at.s3.fault = () => slowDown;
    const one = await at.replica();
    await at.bucket.put(...keysOf('org1', ids));
    await at.release(at.page);
    await eventually('tried twice', async () => {
      const { values } = await one.metrics.messages.get();
      return (values.find(({ labels }) => labels.decision === 'retry')?.value ?? 0) > 1;
    });
    expect(await at.pages.waiting()).toBe(1);
    expect([await at.ledger(at.page), await receipts(at.pool)]).toEqual([undefined, []]);
    at.s3.fault = () => undefined;
    expect(await at.received(1)).toMatchObject([verified(40)]);
    expect(await at.bucket.contents()).toEqual([]);
  });

  it('the store, for long: the page is seen as blocked, and swept when it is released again', async () => {
    at.s3.fault = () => slowDown;
    await at.replica({ patientFailures: 2 });
    await at.bucket.put(...keysOf('org1', ids));
    await at.release(at.page);
    expect(await at.received(1)).toMatchObject([{ outcome: PageOutcome.BLOCKED, blocksLeft: 40 }]);
    await at.settled();
    expect(await at.ledger(at.page)).toMatchObject({ state: 'blocked', blocks_left: 40 });
    at.s3.fault = () => undefined;
    await at.release({ ...at.page, cut: 2 });
    expect((await at.received(2))[1]).toMatchObject(verified(40));
    expect(await at.bucket.contents()).toEqual([]);
  });

  it('the ledger: what was deleted is swept again, and receipted once', async () => {
    await at.replica();
    await at.bucket.put(...keysOf('org1', ids));
    await breakLedger(at.pool);
    await at.release(at.page);
    await eventually('deleted', async () => (await at.bucket.contents()).length === 0);
    expect(await receipts(at.pool)).toEqual([]);
    await mendLedger(at.pool);
    expect(await at.received(1)).toMatchObject([verified(40)]);
    await at.settled();
    expect(await receipts(at.pool)).toHaveLength(1);
  });

  it('a store that says nothing does not hold up the stop', async () => {
    const silent = at.bucket.options({ endpoint: at.s3.endpoint, requestTimeoutMs: 60_000 });
    const asked = new Promise<void>((resolve) => {
      at.s3.fault = () => {
        resolve();
        return { kind: 'hang', when: 'before' };
      };
    });
    const one = await at.replica({ store: silent });
    await at.release(at.page);
    await asked;
    await one.stop();
    at.running.length = 0;
    at.s3.fault = () => undefined;
    await at.replica();
    expect(await at.received(1)).toMatchObject([verified(40)]);
  });
});

describe('replicas', () => {
  it('do not sweep one page at once', async () => {
    await at.bucket.put(...keysOf('org1', ids));
    let [now, most, deleted] = [0, 0, 0];
    const before = at.authority.calls.getGrant;
    at.s3.fault = async ({ operation }) => {
      if (operation !== 'DeleteObjects') return undefined;
      [now, deleted] = [now + 1, deleted + 1];
      most = Math.max(most, now);
      await eventually('the other asked', () => Promise.resolve(at.authority.calls.getGrant === before + 2));
      now -= 1;
      return undefined;
    };
    await at.replica({ concurrency: 1 });
    await at.replica({ concurrency: 1 });
    await at.release(at.page);
    await at.release(at.page);
    expect((await at.received(2)).slice(0, 2)).toMatchObject([verified(40), verified(40)]);
    expect([most, deleted]).toEqual([1, 1]);
  });

  it('keep to their number of pages at once', async () => {
    let [now, most] = [0, 0];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    at.s3.fault = async ({ operation }) => {
      if (operation !== 'DeleteObjects') return undefined;
      most = Math.max(most, ++now);
      await gate;
      now -= 1;
      return undefined;
    };
    for (let i = 0; i < 8; i++) await at.bucket.put(...keysOf('org1', blockIds(`bound ${i}`, 3)));
    await at.replica({ concurrency: 2 });
    for (let i = 0; i < 8; i++) await at.release({ ...at.page, page: i, ids: blockIds(`bound ${i}`, 3) });
    await eventually('two are in hand', () => Promise.resolve(now === 2));
    // Round trips in which a third could have come.
    for (let i = 0; i < 20; i++) expect(await at.pages.waiting()).toBe(8);
    expect(most).toBe(2);
    open();
    await at.received(8);
  });

  it('share the pages, and lose none when one dies in the middle', async () => {
    const nats = await createProxy(at.connections().nats);
    const dying = await createFaultProxy(serverVariable('S3_ENDPOINT'));
    const all = Array.from({ length: 12 }, (_, i) => ({
      ...at.page,
      page: i,
      ids: blockIds(`share ${i}`, 5),
    }));
    await at.bucket.put(...all.flatMap((each) => keysOf('org1', each.ids)));
    let inHand = 0;
    const held = new Promise<void>((resolve) => {
      dying.fault = ({ operation }) => {
        if (operation !== 'DeleteObjects') return undefined;
        if (++inHand === 4) resolve();
        return { kind: 'hang', when: 'after' };
      };
    });
    await at.replica({
      connections: { ...at.connections(), nats: nats.address },
      store: at.bucket.options({ endpoint: dying.endpoint, requestTimeoutMs: 60_000 }),
      applicationName: 'dying',
    });
    for (const each of all) await at.release(each);
    await held;
    const living = await at.replica();
    await nats.cut();
    const receipted = await eventually('every page has its receipt', async () => {
      // The dead hold no session: what it still had in its buffer, it would lock anew.
      await endSessions(at.pool, 'dying');
      const seen = new Set((await receipts(at.pool)).map((receipt) => receipt.page));
      return seen.size === all.length && seen;
    });
    expect(receipted.size).toBe(12);
    expect(await at.bucket.contents()).toEqual([]);
    expect(await living.swept()).toBeGreaterThan(0);
    await at.running.shift()!.stop();
    await nats.close();
    await dying.close();
  });
});
