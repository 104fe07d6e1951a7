import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import {
  RERELEASE_MS,
  blockedReceiptOf,
  createPurger,
  idsOf,
  receiptOf,
  type Given,
  type Purger,
} from '../testing/stories.js';
import {
  addBlocks,
  addRealm,
  blocksOf,
  eventsOf,
  letPass,
  ledgerOf,
  pagesOf,
  removeBlocks,
} from '../testing/world.sql.js';
import { settle, type Receipt } from './settle-pages.js';
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

async function released(blocks = 10): Promise<{ realmId: string; pages: Given[] }> {
  const realmId = await addRealm(db.pool, 'org1', { blocks });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  return { realmId, pages: purger.given.filter((page) => page.context.workspaceId === realmId) };
}
const first = async (blocks?: number) => {
  const { realmId, pages } = await released(blocks);
  return { realmId, page: pages[0] as Given };
};
const behind = (id: string) => id.slice(0, -1) + (id.endsWith('f') ? '0' : 'f');

describe('settle', () => {
  it('deletes exactly the rows that were swept', async () => {
    const { realmId, page } = await first(20);
    expect(await settle(db.pool, letheStore, receiptOf(page))).toEqual({ kind: 'settled', rows: 10 });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 20, left: 10, settled: 10 });
    expect(await blocksOf(db.pool, realmId)).not.toContain(idsOf(page)[0]);
  });

  it('deletes nothing when a row came late into the page, and releases it again', async () => {
    const { realmId, page } = await first();
    const [, second] = idsOf(page) as [string, string];
    await addBlocks(db.pool, realmId, [behind(second)]);
    expect(await settle(db.pool, letheStore, receiptOf(page))).toEqual({ kind: 'rows_changed' });
    expect(await blocksOf(db.pool, realmId)).toHaveLength(11);
    expect(await settle(db.pool, letheStore, receiptOf(page))).toEqual({ kind: 'rows_changed' });
    await purger.drive(realmId, 'reported');
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 11, left: 0, settled: 11 });
  });

  it('deletes nothing when a row is missing, and a person has to look before the realm closes', async () => {
    const { realmId, page } = await first();
    await removeBlocks(db.pool, realmId, idsOf(page).slice(3, 4));
    expect(await settle(db.pool, letheStore, receiptOf(page))).toEqual({ kind: 'rows_changed' });
    expect(await blocksOf(db.pool, realmId)).toHaveLength(9);
    expect((await purger.drive(realmId, 'reported')).attention).toMatch(/10 blocks were counted, but only 9/);
  });

  it('is not moved by a receipt for another page, cut, epoch, digest or number of blocks', async () => {
    const { realmId, page } = await first();
    const receipt = receiptOf(page);
    const { context } = receipt;
    for (const wrong of [
      { context: { ...context, epoch: 2 } },
      { context: { ...context, workspaceId: crypto.randomUUID() } },
      { page: 1 },
      { page: Number.MAX_SAFE_INTEGER },
      { cut: 0 },
      { cut: page.cut + 1 },
      { rowDigest: Buffer.alloc(32) },
      { blocksSwept: 9 },
      { blocksSwept: 11 },
    ])
      expect(await settle(db.pool, letheStore, { ...receipt, ...wrong })).toEqual({ kind: 'stale' });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 10, left: 10, settled: 0 });
  });

  it('is not moved by what was swept before the page was given out again, whatever that says', async () => {
    const { realmId, page: before } = await first();
    await letPass(db.pool, realmId, RERELEASE_MS / 1000 + 1);
    await purger.step(realmId);
    const again = purger.given.findLast(({ context }) => context.workspaceId === realmId) as Given;
    expect(again).toMatchObject({ page: 0, rowDigest: before.rowDigest, cut: before.cut + 1 });
    for (const old of [receiptOf(before), blockedReceiptOf(before)])
      expect(await settle(db.pool, letheStore, old)).toEqual({ kind: 'stale' });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 10, left: 10, settled: 0 });
    expect(await settle(db.pool, letheStore, receiptOf(again))).toEqual({ kind: 'settled', rows: 10 });
  });

  it('settles once, however many receipts come at the same time', async () => {
    const { realmId, page } = await first();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => settle(db.pool, letheStore, receiptOf(page))),
    );
    expect(outcomes.filter(({ kind }) => kind === 'settled')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'stale')).toHaveLength(19);
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 10, left: 0, settled: 10 });
  });

  it('keeps the rows of a blocked page, tells of it once, and once of its end', async () => {
    const { realmId, pages } = await released(40);
    const until = new Date(Date.now() + 86_400_000);
    for (let round = 0; round < 3; round++)
      for (const page of pages)
        expect(await settle(db.pool, letheStore, blockedReceiptOf(page, until))).toEqual({ kind: 'blocked' });
    expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purge_blocked']);
    expect((await pagesOf(db.pool, realmId)).map((page) => page.blocked_left)).toEqual([1, 1, 1, 1]);
    expect(await blocksOf(db.pool, realmId)).toHaveLength(40);
    for (const page of pages)
      expect((await settle(db.pool, letheStore, receiptOf(page))).kind).toBe('settled');
    expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purge_blocked', 'realm.purge_resumed']);
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 40, left: 0, settled: 40 });
  });

  it('tells of the first blocked page and of the end of the last, each once, whatever comes at once', async () => {
    const wide = createPurger({ pool: db.pool, script, publish: queue.publish, windowPages: 24 });
    const realmId = await addRealm(db.pool, 'org1', { blocks: 240 });
    script.allow('org1', realmId);
    await wide.order(realmId);
    await wide.drive(realmId, 'releasing');
    await wide.step(realmId);
    wide.close();
    const settleAll = (receipts: Receipt[]) =>
      Promise.all(receipts.map((receipt) => settle(db.pool, letheStore, receipt)));
    for (let n = 0; n < 24; n += 4) {
      const pages = wide.given.slice(n, n + 4);
      await settleAll(pages.map((page) => blockedReceiptOf(page)));
      await settleAll(pages.map((page) => receiptOf(page)));
    }
    const events = Array.from({ length: 12 }, (_, n) => `realm.purge_${n % 2 === 0 ? 'blocked' : 'resumed'}`);
    expect(await eventsOf(db.pool, realmId)).toEqual(events);
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 240, left: 0, settled: 240 });
  });

  it('stays blocked when the rows of a blocked page have changed, until they are gone', async () => {
    const { realmId, page } = await first();
    await settle(db.pool, letheStore, blockedReceiptOf(page));
    await addBlocks(db.pool, realmId, [behind(idsOf(page)[1]!)]);
    expect(await settle(db.pool, letheStore, receiptOf(page))).toEqual({ kind: 'rows_changed' });
    expect((await pagesOf(db.pool, realmId))[0]?.blocked_left).toBe(1);
    expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purge_blocked']);
    await purger.drive(realmId, 'reported');
    expect(await eventsOf(db.pool, realmId)).toEqual([
      'realm.purge_blocked',
      'realm.purge_resumed',
      'realm.purged',
    ]);
  });

  it('takes a blocked receipt in any words without losing it', async () => {
    const { realmId, page } = await first();
    const receipt = { ...blockedReceiptOf(page), reason: '', context: { ...page.context, time: undefined } };
    expect(await settle(db.pool, letheStore, receipt)).toEqual({ kind: 'blocked' });
    expect((await pagesOf(db.pool, realmId))[0]?.blocked_left).toBe(1);
  });
});
