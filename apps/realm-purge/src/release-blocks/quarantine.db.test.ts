import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, idsOf, type Purger } from '../testing/stories.js';
import { addRealm, everythingOf, fenceEarlier, makeDue, untilDue } from '../testing/world.sql.js';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { stepPurges } from '../purge/step.js';
import { realmWriters } from '../services.js';
import { letheStore } from '../store/lethe/lethe-store.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const HOUR = 3_600;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, uploadQuarantineSeconds: HOUR });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

async function counted(blocks: number): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks, keys: 2, vlobs: 3 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  return realmId;
}
const givenOf = (realmId: string) => purger.given.filter((page) => page.context.workspaceId === realmId);

describe('the quarantine', () => {
  it('lets keys and metadata go at once, and no block before it is over', async () => {
    const realmId = await counted(25);
    expect((await everythingOf(db.pool, realmId)).counts).toMatchObject({ bundles: 0, vlobs: 0, blocks: 25 });
    for (const earlier of [0, HOUR / 2, HOUR / 2 - 20]) {
      await fenceEarlier(db.pool, realmId, earlier);
      expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
      expect(givenOf(realmId)).toEqual([]);
    }
    await fenceEarlier(db.pool, realmId, 20);
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
    expect(givenOf(realmId)).toHaveLength(3);
    await purger.drive(realmId, 'reported');
  });

  it('is waited for, not asked about all the time, and its end is not missed', async () => {
    const realmId = await counted(5);
    const logger = createLogger('test', 'silent');
    const stepper = { pool: db.pool, steps: purger.steps, logger, metrics: createMetrics('test') };
    const { signal } = new AbortController();
    await makeDue(db.pool, realmId);
    expect((await stepPurges(stepper, signal)).counts).toMatchObject({ found: 1, waiting: 1 });
    expect(await untilDue(db.pool, realmId)).toBeGreaterThan(500_000);
    await fenceEarlier(db.pool, realmId, HOUR - 30);
    expect((await stepPurges(stepper, signal)).counts).toMatchObject({ found: 1, waiting: 1 });
    const due = await untilDue(db.pool, realmId);
    expect(due).toBeGreaterThan(0);
    expect(due).toBeLessThanOrEqual(30_000);
  });

  it('holds for a realm without a block, too: one may come late, and is swept', async () => {
    const realmId = await counted(0);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'fenced' });
    const blockId = crypto.randomUUID();
    const late = (async function* () {
      yield await Promise.resolve({ organizationId: 'org1', realmId, blocks: [{ blockId, sizeBytes: 7 }] });
    })();
    await expect(realmWriters(db.pool, letheStore).registerBlocks(late)).rejects.toMatchObject({
      reason: 'REALM_DELETED',
    });
    await fenceEarlier(db.pool, realmId, HOUR);
    await purger.drive(realmId, 'reported');
    expect(givenOf(realmId).flatMap(idsOf)).toEqual([blockId]);
    expect(await purger.purge(realmId)).toMatchObject({ blocks_total: 1, bytes_total: 7 });
  });
});
