import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, idsOf, type Purger } from '../testing/stories.js';
import {
  addRealm,
  eventsOf,
  everythingOf,
  forgetPurges,
  ledgerOf,
  makeDue,
  pagesOf,
} from '../testing/world.sql.js';
import type { PurgeState } from './purge.sql.js';
import { stepPurges } from './step.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
const signal = new AbortController().signal;
const STATES: readonly PurgeState[] = ['ordered', 'fenced', 'shredded', 'releasing', 'closed'];
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
let queueAway = false;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  const publish: Queue['publish'] = (event) =>
    queueAway ? Promise.reject(new Error('no connection to NATS')) : queue.publish(event);
  purger = createPurger({ pool: db.pool, script, publish, shredRows: 4, countRows: 9 });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});
beforeEach(() => forgetPurges(db.pool));

async function ordered(): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 35, keys: 2, vlobs: 5 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  return realmId;
}
/** All that is left of it, without what is random. */
async function worldOf(realmId: string) {
  const { state, attention, removed, blocks_total, bytes_total, next_page } = await purger.purge(realmId);
  const pages = (await pagesOf(db.pool, realmId)).map(({ page_no, rows, swept, state: at }) => [
    page_no,
    rows,
    swept,
    at,
  ]);
  const evidence = script.reports.filter(({ workspaceId }) => workspaceId === realmId).at(-1)?.evidence;
  return {
    purge: { state, attention, removed, blocks_total, bytes_total, next_page },
    pages,
    everything: await everythingOf(db.pool, realmId),
    ledger: await ledgerOf(db.pool, realmId),
    events: await eventsOf(db.pool, realmId),
    removed: evidence?.removed,
    blocks: evidence?.blocks && { ...evidence.blocks, root: undefined },
  };
}

describe('a purge', () => {
  it('comes to the same when each step is made twice, one after the other and at once', async () => {
    const [once, twice, atOnce] = [await ordered(), await ordered(), await ordered()];
    await purger.drive(once, 'reported');
    const expected = await worldOf(once);
    for (const [realmId, double] of [
      [twice, (step: () => Promise<unknown>) => step().then(step)],
      [atOnce, (step: () => Promise<unknown>) => Promise.all([step(), step()])],
    ] as const) {
      while ((await purger.purge(realmId)).report_time === null) {
        const purge = await purger.purge(realmId);
        await double(() => purger.steps[purge.state](purge));
        await purger.sweep();
      }
      expect(await worldOf(realmId)).toEqual(expected);
    }
  });

  it.each(STATES)('recovers when the step of a purge that is %s fails', async (state) => {
    const realmId = await ordered();
    await purger.drive(realmId, state);
    const before = await worldOf(realmId);
    const failing = state === 'shredded' ? breakDatabase(realmId) : undefined;
    [script.away, queueAway] = [state !== 'releasing', state === 'releasing'];
    const steps = failing === undefined ? purger.steps : { ...purger.steps, shredded: failing };
    for (let n = 0; n < 3; n++) {
      await makeDue(db.pool, realmId);
      const { counts } = await stepPurges({ pool: db.pool, steps, logger, metrics }, signal);
      expect(counts).toMatchObject({ found: 1, failed: 1 });
    }
    [script.away, queueAway] = [false, false];
    expect((await purger.purge(realmId)).failures).toBe(3);
    if (state !== 'releasing') expect(await worldOf(realmId)).toEqual(before);
    expect(await ledgerOf(db.pool, realmId)).toMatchObject({ left: state === 'closed' ? 0 : 35 });
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ state: 'closed', attention: null });
    const given = purger.given.filter((page) => page.context.workspaceId === realmId);
    expect(new Set(given.flatMap(idsOf)).size).toBe(35);
    expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purged']);
  });
});

/** Counting asks nobody: its transaction breaks instead. */
const breakDatabase = (realmId: string) => async () => {
  await db.pool.query('begin; select 1/0').catch((error: unknown) => {
    throw new Error(`${realmId} is not counted`, { cause: error });
  });
  return { kind: 'moved' } as const;
};
