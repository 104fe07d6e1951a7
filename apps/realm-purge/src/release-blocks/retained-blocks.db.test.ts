import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realmWriters } from '../services.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { RERELEASE_MS, createPurger, idsOf, receiptOf, type Given, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf, everythingOf, letPass, ledgerOf } from '../testing/world.sql.js';
import { letheStore } from '../store/lethe/lethe-store.js';

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

/** A realm about to be released, and one that refers to three of its blocks. */
async function sharing(organizationId: string, state = 'active') {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 10 });
  const ids = await blocksOf(db.pool, realmId);
  const sharer = await addRealm(db.pool, organizationId, { state });
  await addBlocks(db.pool, sharer, ids.slice(2, 5));
  return { realmId, sharer, ids };
}
async function release(realmId: string): Promise<Given> {
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  return purger.given.findLast((page) => page.context.workspaceId === realmId) as Given;
}

describe('a block that another realm refers to', () => {
  it('is retained while that realm is active and of the same organization', async () => {
    const { realmId, sharer, ids } = await sharing('org1');
    const page = await release(realmId);
    expect(page.rows).toBe(10);
    expect(idsOf(page)).toEqual([...ids.slice(0, 2), ...ids.slice(5)]);
    await purger.drive(realmId, 'reported');
    expect(await blocksOf(db.pool, sharer)).toEqual(ids.slice(2, 5));
    const report = script.reports.find(({ workspaceId }) => workspaceId === realmId);
    expect(report?.evidence?.blocks).toMatchObject({ blocksTotal: 10, blocksSwept: 7, blocksRetained: 3 });
  });

  it.each([
    ['another organization', 'org10', 'active'],
    ['a tombstone', 'org1', 'purged'],
  ])('is not retained for %s', async (_, organizationId, state) => {
    const { realmId, sharer, ids } = await sharing(organizationId, state);
    expect(idsOf(await release(realmId))).toEqual(ids);
    expect(await blocksOf(db.pool, sharer)).toEqual(ids.slice(2, 5));
  });

  it.each([
    ['its blocks are not due', { blocksDue: false, sweepTime: new Date(Date.now() + 86_400_000) }],
    ['its blocks are kept', { blocksKept: true }],
    ['its purge is paused', { paused: true }],
  ])('is retained for one under purge while %s, and goes with that one', async (_, waits) => {
    const { realmId, sharer, ids } = await sharing('org1');
    const grant = script.allow('org1', sharer);
    await purger.order(sharer);
    await purger.drive(sharer, 'releasing');
    script.grants.set(sharer, { ...grant, ...waits });
    await purger.step(sharer);
    expect(idsOf(await release(realmId))).toEqual([...ids.slice(0, 2), ...ids.slice(5)]);
    await purger.drive(realmId, 'reported');
    expect(await blocksOf(db.pool, sharer)).toEqual(ids.slice(2, 5));
    script.grants.set(sharer, grant);
    expect(idsOf(await release(sharer))).toEqual(ids.slice(2, 5));
  });

  it('goes exactly once of many realms that share it and are purged at once', async () => {
    const realms = await Promise.all(
      Array.from({ length: 6 }, () => addRealm(db.pool, 'org1', { blocks: 5 })),
    );
    const shared = await blocksOf(db.pool, realms[0] as string);
    for (const other of realms.slice(1)) await addBlocks(db.pool, other, shared);
    for (const id of realms) {
      script.allow('org1', id);
      await purger.order(id);
      await purger.drive(id, 'releasing');
    }
    await Promise.all(realms.map((id) => purger.step(id)));
    const given = purger.given.filter(({ context }) => realms.includes(context.workspaceId)).flatMap(idsOf);
    expect(given.filter((id) => shared.includes(id)).sort()).toEqual([...shared].sort());
    for (const id of realms) expect((await purger.drive(id, 'reported')).attention).toBeNull();
  });

  it('goes when the last of the realms goes', async () => {
    const { realmId, sharer, ids } = await sharing('org1');
    await release(realmId);
    await purger.drive(realmId, 'reported');
    expect(idsOf(await release(sharer))).toEqual(ids.slice(2, 5));
  });

  it.each([
    ['are fenced before a page of either is released', 'fenced'],
    ['follow each other, and the first retains what they share', 'reported'],
  ] as const)('goes with two realms that are purged at once and %s', async (_, until) => {
    const { realmId, sharer, ids } = await sharing('org1');
    const both = [realmId, sharer];
    for (const id of both) {
      script.allow('org1', id);
      await purger.order(id);
      await purger.drive(id, until);
    }
    for (const id of both) expect((await purger.drive(id, 'reported')).attention).toBeNull();
    const pages = purger.given.filter((page) => both.includes(page.context.workspaceId));
    expect(new Set(pages.flatMap(idsOf))).toEqual(new Set(ids));
    expect(await everythingOf(db.pool, sharer)).toMatchObject({ realm: 'purged', counts: { blocks: 0 } });
    const shared = ids.slice(2, 5);
    const byWhom = pages.filter((page) => idsOf(page).some((id) => shared.includes(id)));
    expect(byWhom.map((page) => page.context.workspaceId)).toEqual([sharer]);
  });

  it('needs a new receipt when the page is released again without its sharer', async () => {
    const { realmId, sharer, ids } = await sharing('org1');
    const old = await release(realmId);
    // From here on the sharer has the ids in a page of its own.
    script.allow('org1', sharer);
    await purger.order(sharer);
    const ofSharer = () => purger.given.find((page) => page.context.workspaceId === sharer);
    for (let steps = 0; ofSharer() === undefined && steps < 20; steps++) await purger.step(sharer);
    expect(idsOf(ofSharer() as Given)).toEqual(ids.slice(2, 5));
    await letPass(db.pool, realmId, RERELEASE_MS / 1000 + 1);
    await purger.step(realmId);
    expect(await purger.settle(receiptOf(old))).toEqual({ kind: 'stale' });
    const again = purger.given.findLast((page) => page.context.workspaceId === realmId) as Given;
    expect(idsOf(again)).toEqual(ids);
    expect(await purger.settle(receiptOf(again))).toEqual({ kind: 'settled', rows: 10 });
    expect(await ledgerOf(db.pool, realmId)).toMatchObject({ left: 0, settled: 10 });
  });

  it('cannot be taken up by a live realm while it is being deleted, but by another organization', async () => {
    const { realmId, ids } = await sharing('org1');
    const live = await addRealm(db.pool, 'org1');
    const foreign = await addRealm(db.pool, 'org10');
    await release(realmId);
    const register = (organizationId: string, realm: string, blockIds: string[]) =>
      realmWriters(db.pool, letheStore).registerBlocks(
        (async function* () {
          const blocks = blockIds.map((blockId) => ({ blockId, sizeBytes: 1 }));
          yield await Promise.resolve({ organizationId, realmId: realm, blocks });
        })(),
      );
    await expect(register('org1', live, ids.slice(0, 1))).rejects.toMatchObject({
      reason: 'BLOCK_BEING_DELETED',
    });
    expect(await blocksOf(db.pool, live)).toEqual([]);
    expect(await register('org10', foreign, ids)).toEqual({ registered: 10 });
    await purger.drive(realmId, 'reported');
    expect(await blocksOf(db.pool, foreign)).toEqual(ids);
  });
});
