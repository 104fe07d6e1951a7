import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needAttention } from '../purge/purge.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, receiptOf, type Purger } from '../testing/stories.js';
import {
  addBlocks,
  addRandomBlocks,
  addRealm,
  addVlob,
  eventsOf,
  everythingOf,
  pagesOf,
} from '../testing/world.sql.js';

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
beforeEach(() => script.grants.clear());

/** A purge of 25 blocks in three pages, as far as that. */
async function purge(until: Parameters<Purger['drive']>[1]): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 25, keys: 2, vlobs: 3 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, until);
  return realmId;
}
/** The authority orders it once more. */
function replay(realmId: string, epoch = 2): void {
  const grant = script.allow('org1', realmId, epoch);
  script.grants.set(realmId, { ...grant, replayOf: randomUUID() });
  script.reported.delete(realmId);
}
const NOTHING = { blocks: 0, vlobs: 0, bundles: 0, accesses: 0 };
const lastReport = (realmId: string) =>
  script.reports.filter(({ workspaceId }) => workspaceId === realmId).at(-1);

describe('a replayed deletion', () => {
  it('begins a purge anew that is over, and finds over nothing what it finds', async () => {
    const realmId = await purge('reported');
    const before = await purger.purge(realmId);
    replay(realmId);
    expect(await purger.takeGrants()).toEqual({ ordered: 0, again: 0, anew: 1, rewound: 0 });
    expect(await purger.takeGrants()).toEqual({ ordered: 0, again: 0, anew: 0, rewound: 0 });
    const anew = await purger.purge(realmId);
    expect(anew).toMatchObject({
      ...{ state: 'ordered', epoch: 2, organization_id: 'org1', removed: {}, attention: null },
      ...{ fence_time: null, shred_time: null, count_time: null, close_time: null, report_time: null },
      ...{ blocks_total: 0, bytes_total: 0, count_cursor: null, release_cursor: null, next_page: 0 },
    });
    expect(anew.order_time.getTime()).toBeGreaterThan(before.order_time.getTime());
    expect(await pagesOf(db.pool, realmId)).toEqual([]);

    await purger.drive(realmId, 'reported');
    expect(lastReport(realmId)).toMatchObject({
      epoch: 2,
      evidence: { blocks: { pages: 0, blocksTotal: 0 } },
    });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', purge: 'closed' });
    expect((await eventsOf(db.pool, realmId)).filter((type) => type === 'realm.purged')).toHaveLength(2);
  });

  it('takes what came back behind a tombstone, all of it', async () => {
    const realmId = await purge('reported');
    await addRandomBlocks(db.pool, realmId, 12);
    await addVlob(db.pool, realmId);
    await db.pool.query(`insert into key_bundle values ($1, 1, '\\x01')`, [realmId]);
    replay(realmId);
    await purger.takeGrants();
    await purger.drive(realmId, 'reported');
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', counts: NOTHING });
    expect(lastReport(realmId)?.evidence).toMatchObject({
      removed: { blocks: 12, vlob_atoms: 1, key_bundles: 1 },
      blocks: { pages: 2, blocksTotal: 12 },
    });
  });

  it('takes a realm that lives again, and lets nobody write to it any more', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 12, keys: 1 });
    replay(realmId, 7);
    expect(await purger.takeGrants()).toMatchObject({ ordered: 1, anew: 0 });
    await purger.drive(realmId, 'reported');
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', counts: NOTHING });
  });

  it.each(['fenced', 'shredded', 'releasing'] as const)('begins a purge anew that is %s', async (state) => {
    const realmId = await purge(state);
    if (state === 'releasing') await purger.step(realmId);
    const receipts = purger.given
      .filter((page) => page.context.workspaceId === realmId)
      .map((page) => receiptOf(page));
    expect(receipts).toHaveLength(state === 'releasing' ? 3 : 0);
    await needAttention(db.pool, await purger.purge(realmId), 'somebody has to look');
    replay(realmId);
    expect(await purger.takeGrants()).toMatchObject({ anew: 1, rewound: 0 });
    for (const receipt of receipts) expect(await purger.settle(receipt)).toEqual({ kind: 'stale' });
    expect((await everythingOf(db.pool, realmId)).counts).toMatchObject({ blocks: 25, pages: 0 });
    await purger.drive(realmId, 'reported');
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', counts: NOTHING });
    expect(lastReport(realmId)?.evidence?.blocks).toMatchObject({ pages: 3, blocksTotal: 25 });
  });

  it('is not halted by a step that began before it', async () => {
    const realmId = await purge('releasing');
    const former = await purger.purge(realmId);
    replay(realmId);
    await purger.takeGrants();
    expect(await needAttention(db.pool, former, 'the authority shows no grant')).toBe(0);
    expect((await purger.purge(realmId)).attention).toBeNull();
  });

  it('begins once, however many replicas look', async () => {
    const realmIds = [await purge('reported'), await purge('releasing'), await purge('fenced')];
    script.grants.clear();
    for (const realmId of realmIds) replay(realmId);
    const taken = await Promise.all([1, 2, 3, 4].map(() => purger.takeGrants()));
    expect(taken.reduce((sum, { anew }) => sum + anew, 0)).toBe(3);
    expect(taken.reduce((sum, { rewound }) => sum + rewound, 0)).toBe(0);
    for (const realmId of realmIds)
      expect(await purger.purge(realmId)).toMatchObject({ state: 'ordered', epoch: 2 });
  });

  it('halts a purge that knows of a later one', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 3 });
    script.allow('org1', realmId, 5);
    await purger.order(realmId, 5);
    await purger.drive(realmId, 'shredded');
    replay(realmId, 4);
    expect(await purger.takeGrants()).toMatchObject({ anew: 0, rewound: 1 });
    expect((await purger.purge(realmId)).attention).toMatch(/epoch 4.* epoch 5/);
  });

  it('is needed: a higher epoch alone halts', async () => {
    const realmId = await purge('reported');
    const before = await everythingOf(db.pool, realmId);
    script.allow('org1', realmId, 2);
    expect(await purger.takeGrants()).toMatchObject({ anew: 0, rewound: 1 });
    expect((await purger.purge(realmId)).attention).toMatch(/epoch 2.* epoch 1/);
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
  });

  it('frees no id that a row behind the tombstone names', async () => {
    const [realmId, blockId] = [await purge('reported'), randomUUID()];
    await addBlocks(db.pool, realmId, [blockId]);
    replay(realmId);
    await purger.takeGrants();
    await purger.drive(realmId, 'releasing');
    await purger.step(realmId);
    const pages = purger.given.filter(
      (page) => page.context.workspaceId === realmId && page.context.epoch === 2,
    );
    expect(pages.map((page) => [page.page, page.rows])).toEqual([[0, 1]]);
  });
});
