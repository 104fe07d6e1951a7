import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOpen } from '../testing/pages.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addRealm, countLeftovers } from '../testing/world.sql.js';
import { stepPurges } from './step.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, pageBlocks: 1_000 });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});
const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
const signal = new AbortController().signal;

describe('a giant beside small ones', () => {
  it('keeps none of them from closing first', async () => {
    const giant = await addRealm(db.pool, 'org1', { blocks: 50_000, vlobs: 20_000 });
    const small: string[] = [];
    for (let n = 0; n < 50; n++) small.push(await addRealm(db.pool, `org${n % 3}`, { blocks: 20, keys: 1 }));
    script.allow('org1', giant);
    await purger.order(giant);
    for (const [n, realmId] of small.entries()) {
      script.allow(`org${n % 3}`, realmId);
      await purger.order(realmId);
    }
    let rounds = 0;
    const open = async () => {
      const purges = await Promise.all(small.map((realmId) => purger.purge(realmId)));
      return purges.filter((purge) => purge.report_time === null).length;
    };
    for (; (await open()) > 0; rounds++) {
      await stepPurges({ pool: db.pool, steps: purger.steps, logger, metrics }, signal);
      await purger.sweep();
    }
    expect(rounds).toBeLessThanOrEqual(8);
    expect((await purger.purge(giant)).state).not.toBe('closed');
    await purger.drive(giant, 'reported');
    expect(await countLeftovers(db.pool)).toBe(0);
    expect(new Set(script.reports.map((report) => report.workspaceId)).size).toBe(51);
  }, 120_000);

  it('delays none of two hundred in five organizations by more than twice their time alone', async () => {
    const alone = await roundsOf(await crowd());
    const small = await crowd();
    const giant = await addRealm(db.pool, 'org1', { blocks: 60_000, keys: 2_000, vlobs: 20_000 });
    script.allow('org1', giant);
    await purger.order(giant);
    const beside = await roundsOf(small);
    expect(beside).toBeLessThanOrEqual(2 * alone);
    expect((await purger.purge(giant)).state).not.toBe('closed');
    expect(await countOpen(db.pool)).toBe(1);
  }, 240_000);
});

const SMALL = 200;
/** Small purges, ordered in five organizations. */
async function crowd(): Promise<string[]> {
  const realms: string[] = [];
  for (let n = 0; n < SMALL; n++) {
    const organizationId = `org${n % 5}`;
    const realmId = await addRealm(db.pool, organizationId, { blocks: 15, keys: 1, vlobs: 2 });
    script.allow(organizationId, realmId);
    await purger.order(realmId, 1, organizationId);
    realms.push(realmId);
  }
  return realms;
}
/** How many rounds of steps and receipts it takes until all of them have reported. */
async function roundsOf(realms: readonly string[]): Promise<number> {
  const reported = () => realms.every((realmId) => script.reported.has(realmId));
  let rounds = 0;
  for (; !reported() && rounds < 1_000; rounds++) {
    const { counts } = await stepPurges({ pool: db.pool, steps: purger.steps, logger, metrics }, signal);
    expect(counts).toMatchObject({ failed: 0, attention: 0 });
    await purger.sweep();
  }
  return rounds;
}
