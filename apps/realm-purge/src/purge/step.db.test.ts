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
const run = (steps: Steps) => stepPurges({ pool: db.pool, steps, logger, metrics }, signal);
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

  it('stops between two steps when it is told to', async () => {
    for (let n = 0; n < 3; n++) await purger.order(randomUUID());
    const stop = new AbortController();
    let steps = 0;
    const step = always(() => {
      steps += 1;
      stop.abort();
      return Promise.resolve(MOVED);
    });
    await stepPurges({ pool: db.pool, steps: step, logger, metrics }, stop.signal);
    expect(steps).toBe(1);
  });
});
