import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, idsOf, receiptOf, type Given, type Purger } from '../testing/stories.js';
import { addRealm, blocksOf, ledgerOf, pagesOf } from '../testing/world.sql.js';

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

describe('release-blocks', () => {
  it('gives every block once, in key order, without gaps or overlap, within its window', async () => {
    const shape = fc.record({
      blocks: fc.integer({ min: 0, max: 60 }),
      pageBlocks: fc.integer({ min: 1, max: 12 }),
      windowPages: fc.integer({ min: 1, max: 5 }),
      order: fc.infiniteStream(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ blocks, pageBlocks, windowPages, order }) => {
        const own = createPurger({ pool: db.pool, script, publish: queue.publish, pageBlocks, windowPages });
        const realmId = await addRealm(db.pool, 'org1', { blocks });
        const all = await blocksOf(db.pool, realmId);
        script.allow('org1', realmId);
        await own.order(realmId);
        await own.drive(realmId, 'releasing');
        const flying: Given[] = [];
        for (let seen = 0; (await own.purge(realmId)).state === 'releasing';) {
          await own.step(realmId);
          flying.push(...own.given.slice(seen));
          seen = own.given.length;
          expect(flying.length).toBeLessThanOrEqual(windowPages);
          // Receipts come back in any order.
          const [next] = flying.splice((order.next().value ?? 0) % Math.max(1, flying.length), 1);
          if (next) expect((await purger.settle(receiptOf(next))).kind).toBe('settled');
          const { counted, left, settled } = await ledgerOf(db.pool, realmId);
          expect(left + settled).toBe(counted);
        }
        own.close();
        expect((await own.purge(realmId)).state).toBe('closed');
        expect(own.given.map((page) => page.page)).toEqual(own.given.map((_, n) => n));
        expect(own.given.flatMap(idsOf)).toEqual(all);
        expect(own.given.every((page) => page.rows <= pageBlocks)).toBe(true);
        expect(own.given).toHaveLength(Math.ceil(blocks / pageBlocks));
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('takes a page back that the queue did not store, and gives it again', async () => {
    let refuse = true;
    const own = createPurger({
      pool: db.pool,
      script,
      publish: (event) => (refuse ? Promise.reject(new Error('no connection')) : queue.publish(event)),
    });
    const realmId = await addRealm(db.pool, 'org1', { blocks: 25 });
    script.allow('org1', realmId);
    await own.order(realmId);
    await own.drive(realmId, 'releasing');
    await expect(own.step(realmId)).rejects.toThrow(/3 of 3 pages/);
    await expect(own.step(realmId)).rejects.toThrow(/3 of 3 pages/);
    refuse = false;
    await own.step(realmId);
    expect(own.given.map((page) => page.page)).toEqual([0, 1, 2]);
    expect((await pagesOf(db.pool, realmId)).map((page) => page.releases)).toEqual([1, 1, 1]);
    await own.drive(realmId, 'reported');
    own.close();
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 25, left: 0, settled: 25 });
  });

  it('halts when the authority has been rewound in the middle, and keeps every row that is left', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 90 });
    const grant = script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await purger.step(realmId);
    const late = purger.given.filter((page) => page.context.workspaceId === realmId);
    await purger.settle(receiptOf(late[0] as Given));
    script.grants.delete(realmId);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
    expect(await purger.settle(receiptOf(late[1] as Given))).toEqual({ kind: 'stale' });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 90, left: 80, settled: 10 });
    script.grants.set(realmId, grant);
    expect((await purger.purge(realmId)).attention).toMatch(/rewound/);
  });
});
