import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scheduleStep } from '../purge/purge.sql.js';
import { limiter } from '../testing/limits.js';
import { databaseTime, emptyBucket, forgetLimits, indebt, refillFor } from '../testing/limits.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { RERELEASE_MS, createPurger, idsOf, type Purger } from '../testing/stories.js';
import { addRealm, ledgerOf, letPass, untilDue } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const PAGE = 100;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
});
beforeEach(() => {
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, pageBlocks: PAGE });
});
afterEach(async () => {
  purger.close();
  await forgetLimits(db.pool);
});
afterAll(async () => {
  await queue.stop();
  await script.stop();
  await db.drop();
});

const setLimit = (blocksPerSecond: number) => limiter(db.pool)(blocksPerSecond);
async function releasing(blocks: number, organizationId = 'org1', by = purger): Promise<string> {
  const realmId = await addRealm(db.pool, organizationId, { blocks });
  script.allow(organizationId, realmId);
  await by.order(realmId);
  await by.drive(realmId, 'releasing');
  return realmId;
}
const released = (by = purger) => by.given.reduce((sum, page) => sum + idsOf(page).length, 0);
/** Steps and sweeps so often. Answers the last step. */
async function stepOften(realmId: string, times: number, by = purger) {
  let last = await by.step(realmId);
  for (let n = 1; n < times; n++) {
    await by.sweep();
    last = await by.step(realmId);
  }
  return last;
}

describe('a purge of a limited organization', () => {
  it('releases no more than allowed however often it is stepped, and all of it in the end', async () => {
    purger.close();
    purger = createPurger({ pool: db.pool, script, publish: queue.publish, pageBlocks: 500 });
    const realmId = await releasing(10_000);
    await setLimit(1_000);
    const begin = await emptyBucket(db.pool, 'org1');
    let passed = 0;
    for (let round = 0; (await purger.purge(realmId)).state === 'releasing'; round++) {
      await stepOften(realmId, 3);
      const seconds = (await databaseTime(db.pool)) - begin + passed;
      // From an empty bucket: what flowed in, and the part of one page.
      expect(released()).toBeLessThanOrEqual(1_000 * seconds + 500);
      const jump = 0.3 + (round % 3);
      [passed] = [passed + jump, await refillFor(db.pool, 'org1', jump)];
    }
    expect(released()).toBe(10_000);
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 10_000, left: 0, settled: 10_000 });
  });

  it('gets no hour at once when it was idle for one', async () => {
    const realmId = await releasing(1_000);
    await setLimit(200);
    const begin = await databaseTime(db.pool);
    await refillFor(db.pool, 'org1', 3_600);
    await stepOften(realmId, 20);
    const seconds = (await databaseTime(db.pool)) - begin;
    // A second's worth, what came since, and the part of one page.
    expect(released()).toBeLessThanOrEqual(200 + 200 * seconds + PAGE);
    expect(released()).toBeGreaterThanOrEqual(200);
  });

  it('gets a page even where the limit is below its size, and pays it back', async () => {
    const realmId = await releasing(1_000);
    await setLimit(1);
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
    const last = await stepOften(realmId, 5);
    expect(released()).toBe(PAGE);
    expect(last).toEqual({ kind: 'waiting', ms: 30_000 });
    await refillFor(db.pool, 'org1', PAGE);
    await stepOften(realmId, 5);
    expect(released()).toBe(2 * PAGE);
  });

  it('shares its limit with the other purges and replicas', async () => {
    const other = createPurger({ pool: db.pool, script, publish: queue.publish, pageBlocks: PAGE });
    const realms = [
      [await releasing(3_000), purger],
      [await releasing(3_000, 'org1', other), other],
    ] as const;
    await setLimit(1_000);
    const begin = await emptyBucket(db.pool, 'org1');
    let passed = 0;
    for (let round = 0; round < 6; round++) {
      await Promise.all(realms.map(([realmId, by]) => stepOften(realmId, 6, by)));
      const seconds = (await databaseTime(db.pool)) - begin + passed;
      expect(released() + released(other)).toBeLessThanOrEqual(1_000 * seconds + PAGE);
      [passed] = [passed + 0.2, await refillFor(db.pool, 'org1', 0.2)];
    }
    expect(released() + released(other)).toBeGreaterThan(1_000);
    other.close();
  });

  it('is rung by a new limit, which holds from its next step on', async () => {
    const realmId = await releasing(2_000);
    await setLimit(1);
    await indebt(db.pool, 'org1', 1_000);
    const schedule = async () => {
      const purge = await purger.purge(realmId);
      const result = await purger.step(realmId);
      await scheduleStep(db.pool, purge, result.kind === 'waiting' ? result.ms : 0);
      return [result.kind, await untilDue(db.pool, realmId)] as const;
    };
    const [waited, dueMs] = await schedule();
    expect([waited, dueMs > 20_000]).toEqual(['waiting', true]);
    await setLimit(1_000_000_000);
    expect(await untilDue(db.pool, realmId)).toBeLessThanOrEqual(0);
    expect((await schedule())[0]).toBe('moved');
    expect(released()).toBe(4 * PAGE);
    await purger.sweep();
    await setLimit(1);
    await stepOften(realmId, 4);
    // A bucket of one page, and the part of one.
    expect(released()).toBeLessThanOrEqual(6 * PAGE);
    expect((await schedule())[0]).toBe('waiting');
    await setLimit(0);
    expect(await untilDue(db.pool, realmId)).toBeLessThanOrEqual(0);
    await purger.drive(realmId, 'reported');
    expect(released()).toBe(2_000);
  });

  it('pays for lost pages too', async () => {
    const realmId = await releasing(400);
    await setLimit(1_000_000);
    await refillFor(db.pool, 'org1', 1);
    await purger.step(realmId);
    expect(released()).toBe(400);
    await setLimit(1);
    await indebt(db.pool, 'org1', 50);
    await letPass(db.pool, realmId, (2 * RERELEASE_MS) / 1_000);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    expect(released()).toBe(400);
    await refillFor(db.pool, 'org1', 50);
    await purger.step(realmId);
    await purger.step(realmId);
    expect(released()).toBe(500);
    await setLimit(0);
    await purger.step(realmId);
    expect(released()).toBe(800);
  });

  it('closes in debt, since nothing is left to be released', async () => {
    const realmId = await releasing(PAGE);
    await setLimit(1);
    await purger.step(realmId);
    await indebt(db.pool, 'org1', 10_000);
    await purger.sweep();
    expect((await purger.drive(realmId, 'reported')).state).toBe('closed');
  });

  it('is not taken for finished while it may release nothing', async () => {
    const realmId = await releasing(PAGE);
    await setLimit(1);
    await indebt(db.pool, 'org1', 10_000);
    expect(await purger.step(realmId)).toEqual({ kind: 'waiting', ms: 30_000 });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: PAGE, left: PAGE, settled: 0 });
    expect((await purger.purge(realmId)).attention).toBeNull();
  });
});

describe('another organization', () => {
  it('is not slowed', async () => {
    const limited = await releasing(2_000, 'org1');
    const free = await releasing(2_000, 'org10');
    await setLimit(1);
    await indebt(db.pool, 'org1', 10_000);
    // A full window in each step: as without any limit.
    for (let n = 1; n <= 5; n++) {
      await purger.step(limited);
      expect(await purger.step(free)).toEqual({ kind: 'moved' });
      expect(released()).toBe(n * 4 * PAGE);
      await purger.sweep();
    }
    await purger.drive(free, 'reported');
    expect((await purger.purge(limited)).next_page).toBe(0);
  });
});
