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
import { addRealm } from '../testing/world.sql.js';
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
});
