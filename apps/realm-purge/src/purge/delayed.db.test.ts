import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { progressReporter } from '../report-progress/report-progress.loop.js';
import { realmWriters } from '../services.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { RERELEASE_MS, createPurger, idsOf, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf, everythingOf, makeDue, untilDue } from '../testing/world.sql.js';
import { followRetries } from './retry.js';
import { stepPurges } from './step.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const DAY = 86_400;
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

const inSeconds = (seconds: number) => new Date(Date.now() + 1_000 * seconds);
type Said = Partial<Pick<ReturnType<ScriptedAuthority['allow']>, 'blocksDue' | 'blocksKept' | 'retries'>>;
const says = (realmId: string, flags: Said) =>
  script.grants.set(realmId, { ...script.grants.get(realmId)!, ...flags });
/** A realm whose metadata is gone, and whose blocks are due in so many seconds. */
async function delayed(blocks: number, seconds = DAY): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks, keys: 2, vlobs: 3 });
  await order(realmId, seconds);
  return realmId;
}
async function order(realmId: string, seconds = DAY): Promise<void> {
  const grant = script.allow('org1', realmId);
  script.grants.set(realmId, { ...grant, sweepTime: inSeconds(seconds), blocksDue: false });
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
}
const givenOf = (realmId: string) => purger.given.filter((page) => page.context.workspaceId === realmId);
const register = (realmId: string, blockId: string) =>
  realmWriters(db.pool, letheStore).registerBlocks(
    (async function* () {
      yield await Promise.resolve({ organizationId: 'org1', realmId, blocks: [{ blockId, sizeBytes: 7 }] });
    })(),
  );

describe('a purge whose blocks are not due', () => {
  it('is fenced, shredded and counted at once, and gives no block away before the grant says so', async () => {
    const realmId = await delayed(25);
    const ids = await blocksOf(db.pool, realmId);
    for (let n = 0; n < 3; n++)
      expect(await purger.step(realmId)).toEqual({ kind: 'waiting', ms: expect.any(Number) });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({
      realm: 'fenced',
      counts: { blocks: 25, pages: 0, vlobs: 0, bundles: 0, accesses: 0 },
    });
    const waits = { held: 'blocks_delayed', blocks_total: 25, attention: null, failures: 0 };
    expect(await purger.purge(realmId)).toMatchObject(waits);
    expect([givenOf(realmId), await blocksOf(db.pool, realmId)]).toEqual([[], ids]);
    says(realmId, { blocksDue: true });
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ held: null, attention: null });
    expect(givenOf(realmId).flatMap(idsOf)).toEqual(ids);
  });

  it('believes neither the time nor its own row, but what the grant says', async () => {
    // The authority's clock is behind this database's, say; or a row was written by another hand.
    const realmId = await delayed(5, -60);
    await db.pool.query(`update purge set sweep_time = 'epoch', held = null where realm_id = $1`, [realmId]);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting', ms: 2_000 });
    expect(givenOf(realmId)).toEqual([]);
    // And no time at all is no permission.
    script.grants.set(realmId, { ...script.grants.get(realmId)!, sweepTime: undefined });
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    expect(givenOf(realmId)).toEqual([]);
  });

  it('sleeps until then, and looks once an hour whether the authority was set back', async () => {
    const [soon, late] = [await delayed(5, 90), await delayed(5, 30 * DAY)];
    const logger = createLogger('test', 'silent');
    const stepper = { pool: db.pool, steps: purger.steps, logger, metrics: createMetrics('test') };
    for (const realmId of [soon, late]) await makeDue(db.pool, realmId);
    expect((await stepPurges(stepper, new AbortController().signal)).counts).toMatchObject({ failed: 0 });
    expect(await untilDue(db.pool, soon)).toBeGreaterThan(60_000);
    expect(await untilDue(db.pool, soon)).toBeLessThanOrEqual(91_000);
    expect(await untilDue(db.pool, late)).toBeGreaterThan(3_500_000);
    expect(await untilDue(db.pool, late)).toBeLessThanOrEqual(3_600_000);
    // An order to try again wakes it; it finds that nothing can be tried, and sleeps on.
    says(late, { retries: 1 });
    expect(await followRetries(db.pool, [script.grants.get(late)!])).toBe(1);
    expect(await untilDue(db.pool, late)).toBeLessThanOrEqual(0);
    await stepPurges(stepper, new AbortController().signal);
    expect(await untilDue(db.pool, late)).toBeGreaterThan(3_500_000);
    expect(givenOf(late)).toEqual([]);
  });

  it('asks anew after a restart, and halts when there is no such grant any more', async () => {
    const realmId = await delayed(5);
    await purger.step(realmId);
    const again = createPurger({ pool: db.pool, script, publish: queue.publish });
    try {
      expect(await again.step(realmId)).toMatchObject({ kind: 'waiting' });
      script.grants.delete(realmId);
      expect(await again.step(realmId)).toMatchObject({ kind: 'attention' });
      expect(again.given).toEqual([]);
    } finally {
      again.close();
    }
  });

  it.each([
    ['kept longer', { blocksDue: true }, { blocksKept: false }],
    ['delayed longer', { blocksKept: false }, { blocksDue: true }],
  ])('and are kept, too, waits for both: %s', async (_, first, second) => {
    const realmId = await delayed(5);
    says(realmId, { blocksKept: true });
    for (const ends of [{}, first]) {
      says(realmId, ends);
      expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
      expect(givenOf(realmId)).toEqual([]);
    }
    says(realmId, second);
    await purger.drive(realmId, 'reported');
    expect(givenOf(realmId)).toHaveLength(1);
  });

  it('does not close, not even without blocks: one that comes late is noted, and swept when it is due', async () => {
    const realmId = await delayed(0);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    const blockId = crypto.randomUUID();
    await expect(register(realmId, blockId)).rejects.toMatchObject({ reason: 'REALM_DELETED' });
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'fenced', counts: { blocks: 1 } });
    says(realmId, { blocksDue: true });
    await purger.drive(realmId, 'reported');
    expect(givenOf(realmId).flatMap(idsOf)).toEqual([blockId]);
  });

  it('leaves what a live realm shares, and lets nobody take up an id while it waits', async () => {
    const dying = await addRealm(db.pool, 'org1', { blocks: 3 });
    const [shared, ...others] = await blocksOf(db.pool, dying);
    const live = await addRealm(db.pool, 'org1');
    await addBlocks(db.pool, live, [shared!]);
    await order(dying);
    expect(await purger.step(dying)).toMatchObject({ kind: 'waiting' });
    await expect(register(live, others[0]!)).rejects.toMatchObject({ reason: 'BLOCK_BEING_DELETED' });
    says(dying, { blocksDue: true });
    await purger.drive(dying, 'reported');
    expect(givenOf(dying).flatMap(idsOf)).toEqual(others);
    expect(await blocksOf(db.pool, live)).toEqual([shared]);
  });

  it('says until when they stay', async () => {
    const realmId = await delayed(5);
    await progressReporter(db.pool, purger.authority, {
      ...{ uploadQuarantineSeconds: 0, rereleaseMs: RERELEASE_MS },
    })();
    const said = script.progress.filter(({ workspaceId }) => workspaceId === realmId);
    expect(said.at(-1)).toMatchObject({
      progress: { blocksTotal: 5, blocksSwept: 0, blocksPerSecond: 0 },
      conditions: [{ type: 'SweepDelayed', until: script.grants.get(realmId)!.sweepTime }],
    });
  });
});
