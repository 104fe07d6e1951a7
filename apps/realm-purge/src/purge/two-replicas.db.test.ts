import { fileURLToPath } from 'node:url';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadlocksOf } from '../testing/locks.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, idsOf, receiptOf, type Purger } from '../testing/stories.js';
import { addRealm, blocksOf, countLeftovers, eventsOf, letPass, ledgerOf } from '../testing/world.sql.js';
import { stepPurges } from './step.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
const signal = new AbortController().signal;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let pools: Pool[];
let replicas: Purger[];
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  pools = [1, 2].map((n) => createPool({ url: db.url, applicationName: `replica${n}`, max: 10, logger }));
  replicas = pools.map((pool) =>
    createPurger({ pool, script, publish: queue.publish, shredRows: 5, countRows: 7 }),
  );
});
afterAll(async () => {
  for (const replica of replicas) replica.close();
  await queue.stop();
  await script.stop();
  for (const pool of pools) await pool.end();
  await db.drop();
});

describe('two replicas', () => {
  it('step the same purges at once without a doubled effect, a lost block or a deadlock', async () => {
    const realms = new Map<string, string[]>();
    for (let n = 0; n < 12; n++) {
      const realmId = await addRealm(db.pool, 'org1', { blocks: 5 + 11 * n, keys: 3, vlobs: n });
      realms.set(realmId, await blocksOf(db.pool, realmId));
      script.allow('org1', realmId);
      await replicas[0]!.order(realmId);
    }
    const deadlocks = await deadlocksOf(db.pool);
    const reported = async () => {
      const purges = await Promise.all([...realms.keys()].map((realmId) => replicas[0]!.purge(realmId)));
      return purges.every((purge) => purge.report_time !== null);
    };
    let done = false;
    const stepping = replicas.map(async (replica) => {
      while (!done) {
        const { counts } = await stepPurges(
          { pool: replica.pool, steps: replica.steps, logger, metrics },
          signal,
        );
        expect(counts['failed']).toBe(0);
      }
    });
    // Receipts come doubled, to both, and pages are released again all the time.
    const settling = replicas.map(async (replica, other) => {
      let seen = 0;
      while (!done) {
        const pages = replica.given.slice(seen);
        seen += pages.length;
        await Promise.all(pages.flatMap((page) => replicas.map((either) => either.settle(receiptOf(page)))));
        if (other === 0) for (const realmId of realms.keys()) await letPass(db.pool, realmId, 50);
        done ||= await reported();
      }
    });
    await Promise.all([...stepping, ...settling]);

    expect(await countLeftovers(db.pool)).toBe(0);
    expect(await deadlocksOf(db.pool)).toBe(deadlocks);
    for (const [realmId, ids] of realms) {
      expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: ids.length, left: 0, settled: ids.length });
      expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purged']);
      const given = replicas
        .flatMap((replica) => replica.given)
        .filter((page) => page.context.workspaceId === realmId);
      const pages = new Map(given.map((page) => [page.page, idsOf(page)]));
      expect([...pages].sort(([a], [b]) => a - b).flatMap(([, blockIds]) => blockIds)).toEqual(ids);
      const reports = script.reports.filter(({ workspaceId }) => workspaceId === realmId);
      expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
      expect(reports[0]?.evidence?.removed).toMatchObject({ blocks: ids.length, key_bundles: 3 });
    }
  });
});
