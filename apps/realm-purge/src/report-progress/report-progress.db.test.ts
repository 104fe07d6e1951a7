import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import {
  RERELEASE_MS,
  blockedReceiptOf,
  createPurger,
  receiptOf,
  type Given,
  type Purger,
} from '../testing/stories.js';
import { addRealm, letPass, waitLonger } from '../testing/world.sql.js';
import { progressReporter } from './report-progress.loop.js';

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
beforeEach(() => {
  script.progress.length = 0;
});

async function releasing(blocks: number): Promise<{ realmId: string; pages: Given[] }> {
  const realmId = await addRealm(db.pool, 'org1', { blocks });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  return { realmId, pages: purger.given.filter((page) => page.context.workspaceId === realmId) };
}
const PATIENCE = { uploadQuarantineSeconds: 0, rereleaseMs: RERELEASE_MS };
const saidOf = (realmId: string) => script.progress.filter(({ workspaceId }) => workspaceId === realmId);

describe('report-progress', () => {
  it('says what changed, and says it once', async () => {
    const { realmId, pages } = await releasing(30);
    const report = progressReporter(db.pool, purger.authority, PATIENCE);
    await report();
    await report();
    expect(saidOf(realmId)).toMatchObject([
      { progress: { blocksTotal: 30, bytesTotal: 300, blocksSwept: 0 } },
    ]);
    await purger.settle(receiptOf(pages[0]!));
    const until = new Date(Date.now() + 3_600_000);
    await purger.settle(blockedReceiptOf(pages[1]!, until));
    await report();
    expect(saidOf(realmId)[1]).toMatchObject({
      progress: { blocksSwept: 10, blocksBlocked: 1 },
      conditions: [{ type: 'Blocked', message: '1 block in 1 page cannot be deleted: locked', until }],
    });
  });

  it('shows what needs attention, from the first state on', async () => {
    const realmId = await addRealm(db.pool, 'org10');
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.step(realmId);
    await progressReporter(db.pool, purger.authority, PATIENCE)();
    expect(saidOf(realmId)).toMatchObject([
      { conditions: [{ type: 'NeedsAttention', message: expect.stringMatching(/another organization/) }] },
    ]);
  });

  it('goes on to the others when the authority refuses one, and tells them all after it was away', async () => {
    const realms = [];
    for (let n = 0; n < 5; n++) realms.push((await releasing(10)).realmId);
    const lost = realms.sort()[0]!;
    const grant = script.grants.get(lost)!;
    script.grants.delete(lost);
    const report = progressReporter(db.pool, purger.authority, PATIENCE);
    script.away = true;
    await expect(report()).rejects.toThrow();
    script.away = false;
    expect((await report()).counts).toMatchObject({ refused: 1 });
    for (const realmId of realms.slice(1)) expect(saidOf(realmId)).toHaveLength(1);
    script.grants.set(lost, grant);
    await report();
    expect(saidOf(lost)).toHaveLength(1);
  });

  it('says since when a sweeper is silent, once, and stops when it speaks', async () => {
    const { realmId, pages } = await releasing(20);
    await waitLonger(db.pool, realmId, 7_200);
    const report = progressReporter(db.pool, purger.authority, PATIENCE);
    for (let n = 0; n < 3; n++) await report();
    // Given again, it is still the same silence.
    await letPass(db.pool, realmId, 7_200);
    await purger.step(realmId);
    await report();
    expect(saidOf(realmId)).toHaveLength(1);
    const { conditions } = saidOf(realmId)[0]!;
    expect(conditions).toMatchObject([
      { type: 'WaitingForSweeper', message: '2 pages without a receipt for more than 60 s' },
    ]);
    expect(Date.now() - conditions[0]!.since!.getTime()).toBeGreaterThan(7_000_000);
    // It speaks of the pages as they were given last.
    const again = purger.given.filter((page) => page.context.workspaceId === realmId).slice(pages.length);
    expect(again).toHaveLength(pages.length);
    for (const page of again) expect(await purger.settle(receiptOf(page))).toMatchObject({ kind: 'settled' });
    await report();
    expect(saidOf(realmId).at(-1)?.conditions).toEqual([]);
  });

  it('says the rate and the end with what changed, and at once when there is no end any more', async () => {
    const { realmId, pages } = await releasing(90);
    const report = progressReporter(db.pool, purger.authority, PATIENCE);
    await purger.settle(receiptOf(pages[0]!));
    await report();
    await report();
    expect(saidOf(realmId)).toMatchObject([
      { progress: { blocksSwept: 10, estimatedEndTime: expect.any(Date) } },
    ]);
    expect(saidOf(realmId)[0]!.progress!.blocksPerSecond).toBeGreaterThan(0);
    script.grants.set(realmId, { ...script.grants.get(realmId)!, paused: true });
    await purger.step(realmId);
    await report();
    expect(saidOf(realmId)).toHaveLength(2);
    expect(saidOf(realmId)[1]!.progress!.estimatedEndTime).toBeUndefined();
  });

  it('says of each of many what is its own', async () => {
    const realms = [];
    for (let n = 0; n < 6; n++) realms.push(await releasing(10 * n));
    await progressReporter(db.pool, purger.authority, PATIENCE)();
    for (const [n, { realmId }] of realms.entries())
      if (n > 0) expect(saidOf(realmId)).toMatchObject([{ progress: { blocksTotal: 10 * n } }]);
  });
});
