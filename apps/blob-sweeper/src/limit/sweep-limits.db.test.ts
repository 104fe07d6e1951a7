import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseTime, forgetLimits, limitStore, refillFor, tokensOf } from '../testing/limits.sql.js';
import { MIGRATIONS } from '../testing/world.js';
import { createSweepLimits, type SweepLimits } from './sweep-limits.js';

const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
const PAGE = 1_000;
const STORES = ['primary', 'slow', 'fast', 'a', 'b', 'c'];
const never = new AbortController().signal;
let db: TestDatabase;
const running: SweepLimits[] = [];
beforeAll(async () => {
  db = await createTestDatabase(MIGRATIONS);
});
afterEach(async () => {
  for (const limits of running.splice(0)) await limits.stop();
  await forgetLimits(db.pool);
});
afterAll(() => db.drop());

async function limitsOf(...names: string[]): Promise<SweepLimits> {
  const stores = names.map((name) => ({ name }));
  const limits = createSweepLimits({ pool: db.pool, stores, logger, metrics });
  running.push(limits);
  await limits.start();
  return limits;
}
/** How often the pool gave out a connection meanwhile. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const acquired = () => (count += 1);
  db.pool.on('acquire', acquired);
  await work();
  db.pool.off('acquire', acquired);
  return count;
}
/** And found none. */
const untilRead = (limits: SweepLimits) =>
  eventually('the limits were read', async () => (await statementsOf(() => limits.take(PAGE, STORES))) === 0);
/** And found none for this store. */
const untilFree = (limits: SweepLimits, store: string) =>
  eventually(
    'nobody is asked for it',
    async () => (await statementsOf(() => limits.take(PAGE, [store]))) === 0,
  );
const untilTaken = (limits: SweepLimits) =>
  eventually('blocks are taken', async () => (await limits.take(PAGE, STORES)) === 0);
const untilRefused = (limits: SweepLimits) =>
  eventually('blocks are refused', async () => (await limits.take(PAGE, STORES)) > 0);

describe('the limit of a store', () => {
  it('holds for all replicas together', async () => {
    const rate = 3_000;
    await limitStore(db.pool, 'primary', rate, rate);
    const replicas = [await limitsOf('primary'), await limitsOf('primary')];
    const begin = await databaseTime(db.pool);
    let [taken, passed] = [0, 0];
    for (let round = 0; round < 12; round++) {
      const all = Array.from({ length: 12 }, (_, n) => replicas[n % 2]!.take(PAGE, ['primary']));
      const jump = (round % 3) * 0.5;
      [passed] = [passed + jump, await refillFor(db.pool, 'primary', jump)];
      taken += (await Promise.all(all)).filter((waitMs) => waitMs === 0).length * PAGE;
    }
    const seconds = (await databaseTime(db.pool)) - begin + passed;
    expect(taken).toBeGreaterThan(rate * passed * 0.5);
    expect(taken).toBeLessThanOrEqual(rate + rate * seconds + PAGE);
  });

  it('costs no statement where there is none, or for no block', async () => {
    const limits = await limitsOf('primary');
    await untilRead(limits);
    await limitStore(db.pool, 'primary', 1, -PAGE);
    limits.wake();
    await untilRefused(limits);
    expect(await limits.take(0, STORES)).toBe(0);
  });

  it('is looked up by who has not read any yet', async () => {
    await limitStore(db.pool, 'primary', 1, -500);
    const limits = createSweepLimits({ pool: db.pool, stores: [{ name: 'primary' }], logger, metrics });
    expect(await limits.take(PAGE, STORES)).toBeGreaterThan(0);
  });

  it('takes from all stores of a page, or from none', async () => {
    await limitStore(db.pool, 'a', 1_000_000, 5_000);
    await limitStore(db.pool, 'b', 1, -10);
    const limits = await limitsOf('a', 'b', 'c');
    expect(await limits.take(PAGE, STORES)).toBe(5_000); // ten seconds, but a look every five
    expect(await tokensOf(db.pool, 'a')).toBe(5_000);
    await limitStore(db.pool, 'b', 1_000, 1);
    expect(await limits.take(PAGE, STORES)).toBe(0);
    expect(await tokensOf(db.pool, 'b')).toBeLessThan(0);
  });

  it('is not drawn from by pages that have no blocks in the store, nor holds them up', async () => {
    await limitStore(db.pool, 'a', 1, PAGE);
    await limitStore(db.pool, 'b', 1, -10);
    const limits = await limitsOf('a', 'b', 'c');
    expect(await limits.take(PAGE, ['b', 'c'])).toBeGreaterThan(0);
    expect(await statementsOf(() => limits.take(PAGE, ['a']))).toBe(1);
    expect(await tokensOf(db.pool, 'a')).toBeLessThan(PAGE / 2);
    await untilFree(limits, 'c');
    expect(await tokensOf(db.pool, 'b')).toBe(-10);
  });

  it('holds up no other store', async () => {
    await limitStore(db.pool, 'slow', 1, -PAGE);
    const [slow, fast] = [await limitsOf('slow'), await limitsOf('fast')];
    await untilRefused(slow);
    for (let n = 0; n < 100; n++) expect(await fast.take(PAGE, STORES)).toBe(0);
  });

  it('is live: set, raised, lowered and removed while it is in use', async () => {
    const limits = await limitsOf('primary');
    await untilTaken(limits);
    await limitStore(db.pool, 'primary', 1, -PAGE);
    await untilRefused(limits);
    await limitStore(db.pool, 'primary', 1_000_000_000, -PAGE);
    await untilTaken(limits);
    await limitStore(db.pool, 'primary', 2, -PAGE);
    await untilRefused(limits);
    await forgetLimits(db.pool);
    await untilTaken(limits);
  });
});

describe('a wait', () => {
  it('ends when a limit changes, and when it is told to', async () => {
    const limits = await limitsOf('primary');
    await untilRead(limits);
    const changed = limits.pause(2 ** 30, never);
    await limitStore(db.pool, 'primary', 1);
    await changed;
    const stopping = new AbortController();
    const stopped = limits.pause(2 ** 30, stopping.signal);
    stopping.abort();
    await stopped;
    await limits.pause(2 ** 30, stopping.signal);
  });
});
