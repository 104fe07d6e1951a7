import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addRealm, forgetPurges, makeDue, untilDue } from '../testing/world.sql.js';
import { MOVED, attention, stepPurges, waiting, type Step, type Steps } from './step.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});
beforeEach(() => forgetPurges(db.pool));
const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
const signal = new AbortController().signal;
const run = (steps: Steps, stepConcurrency = 1) =>
  stepPurges({ pool: db.pool, steps, stepConcurrency, logger, metrics }, signal);
const always = (step: Step): Steps => ({
  ordered: step,
  fenced: step,
  shredded: step,
  releasing: step,
  closed: step,
});

describe('stepPurges', () => {
  it('goes round, so that none is looked at twice before all others were', async () => {
    const ids = Array.from({ length: 150 }, () => randomUUID());
    for (const id of ids) await purger.order(id);
    const seen: string[] = [];
    const steps = always(({ realm_id }) => {
      seen.push(realm_id);
      return Promise.resolve(MOVED);
    });
    for (let n = 0; n < 3; n++)
      expect(await run(steps)).toMatchObject({ counts: { found: 100 }, more: true });
    expect(new Set(seen.slice(0, 150)).size).toBe(150);
    expect(new Set(seen.slice(150)).size).toBe(150);
  });

  it('does not look before its time at one that waits, and not at all at one that needs attention', async () => {
    const [waits, stuck] = [randomUUID(), randomUUID()];
    await purger.order(waits);
    await purger.order(stuck);
    const steps = always(({ realm_id }) =>
      Promise.resolve(realm_id === stuck ? attention('look at me') : waiting(60_000)),
    );
    expect((await run(steps)).counts).toMatchObject({ found: 2, waiting: 1, attention: 1 });
    expect((await run(steps)).counts).toMatchObject({ found: 0 });
    expect(await purger.purge(stuck)).toMatchObject({ attention: 'look at me' });
    await makeDue(db.pool, waits);
    await makeDue(db.pool, stuck);
    expect((await run(steps)).counts).toMatchObject({ found: 1, waiting: 1 });
  });

  it('backs off from what fails, longer each time and never more than half a minute, and forgets it on success', async () => {
    const id = randomUUID();
    await purger.order(id);
    const waits: number[] = [];
    for (let n = 0; n < 20; n++) {
      expect((await run(always(() => Promise.reject(new Error('no'))))).counts).toMatchObject({ failed: 1 });
      waits.push(await untilDue(db.pool, id));
      await makeDue(db.pool, id);
    }
    expect((await purger.purge(id)).failures).toBe(20);
    expect(waits[0]).toBeLessThanOrEqual(200);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(waits.at(-1)).toBeGreaterThan(14_000);
    await run(always(() => Promise.resolve(MOVED)));
    expect((await purger.purge(id)).failures).toBe(0);
  });

  it('hears a receipt that settles while it decides to wait', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 10 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await purger.step(realmId);
    const seesNoReceipt = always(async () => {
      await purger.sweep();
      return waiting(3_600_000);
    });
    await makeDue(db.pool, realmId);
    await run(seesNoReceipt);
    expect(await untilDue(db.pool, realmId)).toBeLessThanOrEqual(0);
    expect((await run(purger.steps)).counts).toMatchObject({ found: 1, moved: 1 });
    expect((await purger.purge(realmId)).state).toBe('closed');
  });

  it('goes round over organizations first, so that a thousand purges of one delay another by a turn', async () => {
    for (let n = 0; n < 300; n++) await purger.order(randomUUID(), 1, 'crowd');
    const others = ['org1', 'org10', 'org2'];
    for (const organizationId of others)
      for (let n = 0; n < 2; n++) await purger.order(randomUUID(), 1, organizationId);
    const seen: string[] = [];
    const steps = always(({ organization_id }) => {
      seen.push(organization_id);
      return Promise.resolve(waiting(3_600_000));
    });
    expect((await run(steps)).counts).toMatchObject({ found: 100 });
    expect(seen.slice(0, 4).sort()).toEqual(['crowd', ...others]);
    expect(seen.slice(4, 8).sort()).toEqual(['crowd', ...others]);
    expect(new Set(seen.slice(8))).toEqual(new Set(['crowd']));
  });

  it('makes as many steps at once as it may, and no step twice', async () => {
    const ids = Array.from({ length: 40 }, () => randomUUID());
    for (const id of ids) await purger.order(id);
    const seen: string[] = [];
    let [now, most] = [0, 0];
    const steps = always(async ({ realm_id }) => {
      seen.push(realm_id);
      most = Math.max(most, (now += 1));
      await db.pool.query('select 1');
      now -= 1;
      return waiting(3_600_000);
    });
    expect((await run(steps, 5)).counts).toMatchObject({ found: 40, waiting: 40 });
    expect(most).toBe(5);
    expect(seen.sort()).toEqual(ids.sort());
  });

  it('is not held up by one that takes long: the others go on beside it', async () => {
    const ids = Array.from({ length: 30 }, () => randomUUID());
    for (const id of ids) await purger.order(id);
    let others = 0;
    let allDone = () => {};
    const untilAllDone = new Promise<void>((resolve) => (allDone = resolve));
    const steps = always(async ({ realm_id }) => {
      if (realm_id === ids[0]) await untilAllDone;
      else if ((others += 1) === ids.length - 1) allDone();
      return waiting(3_600_000);
    });
    expect((await run(steps, 2)).counts).toMatchObject({ waiting: 30 });
  });

  it.each([1, 3])('stops between two steps when it is told to, with %i at once', async (stepConcurrency) => {
    for (let n = 0; n < 20; n++) await purger.order(randomUUID());
    const stop = new AbortController();
    let steps = 0;
    const step = always(() => {
      steps += 1;
      stop.abort();
      return Promise.resolve(MOVED);
    });
    await stepPurges({ pool: db.pool, steps: step, stepConcurrency, logger, metrics }, stop.signal);
    // Those under way end; the first of them said stop.
    expect(steps).toBe(1);
  });

  it('says of what kind the failures in a row are, and since when, until a step succeeds', async () => {
    const id = randomUUID();
    await purger.order(id);
    const secret = 'postgres://user:password@host/realm';
    const fails = always(() => Promise.reject(Object.assign(new Error(secret), { code: '22012' })));
    await run(fails);
    const { fail_time: since } = await purger.purge(id);
    await makeDue(db.pool, id);
    await run(fails);
    expect(await purger.purge(id)).toMatchObject({
      failures: 2,
      failure: 'the database answers 22012',
      fail_time: since,
    });
    await makeDue(db.pool, id);
    await run(always(() => Promise.resolve(MOVED)));
    expect(await purger.purge(id)).toMatchObject({ failures: 0, failure: null, fail_time: null });
  });
});
