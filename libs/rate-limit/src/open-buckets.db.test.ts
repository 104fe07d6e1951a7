import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, one, transaction, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBuckets } from './open-buckets.js';

const TABLE = { table: 'tap', key: 'name', perSecond: 'litres_per_second' };
const PORTION = 100;
const directory = mkdtempSync(join(tmpdir(), 'lethe-rate-limit-'));
writeFileSync(
  join(directory, '0001-tap.sql'),
  `-- Up Migration
create table tap (
  name text primary key, litres_per_second bigint not null,
  tokens double precision not null default 0, refill_time timestamptz not null default clock_timestamp())`,
);
let db: TestDatabase;
const replicas: Pool[] = [];
beforeAll(async () => {
  db = await createTestDatabase(directory);
  const replica = { url: db.url, applicationName: 'replica', max: 4, logger: createLogger('test', 'silent') };
  replicas.push(createPool(replica), createPool(replica));
});
afterAll(async () => {
  for (const pool of replicas) await pool.end();
  await db.drop();
  rmSync(directory, { recursive: true });
});

/** A tap that was last left so, so long ago. */
const addTap = (name: string, perSecond: number, tokens = 0, secondsAgo = 0) =>
  db.pool.query(
    `insert into tap values ($1, $2, $3, clock_timestamp() - make_interval(secs => $4))
     on conflict (name) do update set litres_per_second = $2, tokens = $3, refill_time = excluded.refill_time`,
    [name, perSecond, tokens, secondsAgo],
  );
const letPass = (name: string, seconds: number) =>
  db.pool.query('update tap set refill_time = refill_time - make_interval(secs => $2) where name = $1', [
    name,
    seconds,
  ]);
const stateOf = (name: string) =>
  one<{ tokens: number; now: number; refilled: number }>(
    db.pool,
    `select tokens, extract(epoch from clock_timestamp())::float8 as now,
            extract(epoch from refill_time)::float8 as refilled
       from tap where name = $1`,
    [name],
  );
/** Takes up to so many portions, as one replica does. Answers how much it took. */
const drink = (pool: Pool, name: string, portions: number) =>
  transaction(pool, async (tx) => {
    const [bucket] = await openBuckets(tx, TABLE, [name], PORTION);
    return (await bucket!.take(Array<number>(portions).fill(PORTION))) * PORTION;
  });

describe('replicas that share a bucket', () => {
  it('take no more together than rate × time, what it held, and the part of one portion', async () => {
    const rate = 2_000;
    await addTap('shared', rate, 0, 3_600);
    const begin = (await stateOf('shared')).now;
    let [taken, passed] = [0, 0];
    for (let round = 0; round < 15; round++) {
      const all = Array.from({ length: 16 }, (_, n) => drink(replicas[n % 2]!, 'shared', 1 + (n % 7)));
      const jump = (round % 3) * 0.2;
      [passed] = [passed + jump, await letPass('shared', jump)];
      taken += (await Promise.all(all)).reduce((sum, units) => sum + units, 0);
    }
    const { now, tokens } = await stateOf('shared');
    expect(taken).toBeGreaterThan(rate * passed);
    expect(taken).toBeLessThanOrEqual(rate + rate * (now - begin + passed) + PORTION);
    expect(tokens).toBeGreaterThan(-PORTION);
  });

  it('leave to others what one of them gave back, or lost with its transaction', async () => {
    await addTap('returned', 1, 50);
    const failing = transaction(replicas[0]!, async (tx) => {
      const [bucket] = await openBuckets(tx, TABLE, ['returned'], PORTION);
      await bucket!.take([PORTION]);
      throw new Error('it dies');
    });
    await expect(failing).rejects.toThrow('it dies');
    await transaction(replicas[0]!, (tx) => openBuckets(tx, TABLE, ['returned'], PORTION));
    expect(await drink(replicas[1]!, 'returned', 9)).toBe(PORTION);
    expect(await drink(replicas[1]!, 'returned', 9)).toBe(0);
  });

  it('never wait for each other in a ring, in whatever order they name them', async () => {
    for (const name of ['a', 'b', 'c']) await addTap(name, 1_000_000_000, 0, 1);
    const orders = [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
      ['b', 'c', 'a'],
    ] as const;
    const all = Array.from({ length: 60 }, (_, n) =>
      transaction(replicas[n % 2]!, async (tx) => {
        const buckets = await openBuckets(tx, TABLE, [...orders[n % 3]!], PORTION);
        for (const bucket of buckets) await bucket.take([1]);
        return buckets.map(({ key }) => key).join('');
      }),
    );
    expect(new Set(await Promise.all(all))).toEqual(new Set(['abc']));
  });
});

describe('a bucket', () => {
  it('is none where there is no limit', async () => {
    expect(await openBuckets(db.pool, TABLE, ['nobody'], PORTION)).toEqual([]);
  });

  it('says how long it is empty, and gives a portion after that', async () => {
    await addTap('empty', 10, -50);
    const [bucket] = await openBuckets(db.pool, TABLE, ['empty'], PORTION);
    expect(bucket!.waitMs).toBeGreaterThan(0);
    expect(bucket!.waitMs).toBeLessThanOrEqual(5_001);
    await letPass('empty', bucket!.waitMs / 1_000);
    expect(await drink(db.pool, 'empty', 9)).toBe(PORTION);
  });

  it('pays by the rate that it has now', async () => {
    await addTap('raised', 1, -90);
    expect(await drink(db.pool, 'raised', 9)).toBe(0);
    await db.pool.query(`update tap set litres_per_second = 1000000000 where name = 'raised'`);
    expect(await drink(db.pool, 'raised', 9)).toBe(9 * PORTION);
    await db.pool.query(`update tap set litres_per_second = 1 where name = 'raised'`);
    // A full bucket, and the part of one more.
    const drunk = (await drink(db.pool, 'raised', 9)) + (await drink(db.pool, 'raised', 9));
    expect(drunk).toBeLessThanOrEqual(2 * PORTION);
    expect(await drink(db.pool, 'raised', 9)).toBe(0);
  });

  it('goes on at once where the clock was set back', async () => {
    await addTap('future', 10, -50, -86_400);
    expect(await drink(db.pool, 'future', 1)).toBe(0);
    const { now, refilled, tokens } = await stateOf('future');
    expect([refilled <= now, tokens]).toEqual([true, -50]);
    await letPass('future', 5.1);
    expect(await drink(db.pool, 'future', 1)).toBe(PORTION);
  });
});
