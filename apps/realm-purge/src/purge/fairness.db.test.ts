import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  });
});
