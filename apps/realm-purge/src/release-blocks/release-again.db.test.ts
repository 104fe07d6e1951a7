import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followRetries } from '../purge/retry.js';
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
  ledgerOf,
  letPass,
  pagesOf,
  removeBlocks,
  setReleases,
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

async function released(blocks: number): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  return realmId;
}
const givenOf = (realmId: string) => purger.given.filter((page) => page.context.workspaceId === realmId);
/** A valid id right behind another. */
const between = (a: string, b: string) =>
  a.slice(0, -12) + (BigInt(`0x${a.slice(-12)}`) + 1n).toString(16).padStart(12, '0') + b.slice(36);

describe('a page without a receipt', () => {
  it('is released again when its time has come, with the rows it has then', async () => {
    const realmId = await released(10);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    const [first, second] = (await blocksOf(db.pool, realmId)) as [string, string];
    const late = between(first, second);
    await letPass(db.pool, realmId, RERELEASE_MS / 1000 + 1);
    await removeBlocks(db.pool, realmId, [second]);
    await addBlocks(db.pool, realmId, [late]);
    await purger.step(realmId);
    const [before, after] = givenOf(realmId) as [Given, Given];
    expect(after.page).toBe(before.page);
    expect(idsOf(after)).toEqual(await blocksOf(db.pool, realmId));
    expect([before.cut, after.cut]).toEqual([1, 2]);
    expect(await purger.settle(receiptOf(before))).toEqual({ kind: 'stale' });
    expect(await purger.settle(receiptOf(after))).toEqual({ kind: 'settled', rows: 10 });
  });

  it('gets a higher cut each time, also when the queue had refused the one before', async () => {
    const realmId = await released(10);
    for (const cut of [2, 3]) {
      await setReleases(db.pool, realmId, 1);
      await letPass(db.pool, realmId, RERELEASE_MS / 1000 + 1);
      await purger.step(realmId);
      expect(givenOf(realmId).at(-1)?.cut).toBe(cut);
    }
  });

  it('never grows beyond what a sweeper takes: what it pushes out is released by the re-scan', async () => {
    const realmId = await released(20);
    const [first, second] = (await blocksOf(db.pool, realmId)) as [string, string];
    await addBlocks(db.pool, realmId, [between(first, second)]);
    await letPass(db.pool, realmId, RERELEASE_MS / 1000 + 1);
    await purger.drive(realmId, 'reported');
    expect(givenOf(realmId).every((page) => page.rows <= 10)).toBe(true);
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 21, left: 0, settled: 21 });
    expect((await pagesOf(db.pool, realmId)).map((page) => [page.page_no, page.rows])).toEqual([
      [0, 10],
      [1, 10],
      [2, 1],
    ]);
  });

  it('makes a person look when its rows went without a receipt', async () => {
    const realmId = await released(20);
    const ids = await blocksOf(db.pool, realmId);
    await removeBlocks(db.pool, realmId, ids.slice(0, 10));
    await letPass(db.pool, realmId, RERELEASE_MS / 1000 + 1);
    expect(await purger.step(realmId)).toEqual({
      kind: 'attention',
      reason: 'the rows of page 0 went without a receipt',
    });
    expect((await pagesOf(db.pool, realmId)).map((page) => page.releases)).toEqual([1, 1]);
    expect(await blocksOf(db.pool, realmId)).toEqual(ids.slice(10));
  });

  it('does not fill the queue while the sweeper is stopped for a week', async () => {
    const realmId = await released(200);
    expect(givenOf(realmId)).toHaveLength(4);
    const hours = 7 * 24;
    for (let hour = 0; hour < hours; hour++) {
      await letPass(db.pool, realmId, 3_600);
      while ((await purger.step(realmId)).kind === 'moved');
    }
    expect(givenOf(realmId).length).toBeLessThanOrEqual(4 * (7 + hours));
    expect(givenOf(realmId).length).toBeGreaterThan((4 * hours) / 4);
    expect(new Set(givenOf(realmId).map((page) => page.page))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('is still released after thousands of releases', async () => {
    const realmId = await released(10);
    await setReleases(db.pool, realmId, 5_000);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    await letPass(db.pool, realmId, (64 * RERELEASE_MS) / 1000 + 1);
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
    expect(givenOf(realmId)).toHaveLength(2);
  });

  it('comes back once when its lock ends, and not before, however often that is looked at', async () => {
    const realmId = await released(10);
    const week = 7 * 24 * 3_600;
    const until = new Date(Date.now() + week * 1_000);
    await purger.settle(blockedReceiptOf(givenOf(realmId)[0] as Given, until));
    const hourly = async (hours: number) => {
      for (let hour = 0; hour < hours; hour++) {
        await letPass(db.pool, realmId, 3_600);
        while ((await purger.step(realmId)).kind === 'moved');
      }
    };
    await hourly(7 * 24 - 1);
    expect(givenOf(realmId)).toHaveLength(1);
    await hourly(1);
    expect(givenOf(realmId)).toHaveLength(2);
    await purger.step(realmId);
    expect(givenOf(realmId)).toHaveLength(2);
    // A store whose clock is behind says the same again: it is awaited as any page is, longer each time.
    await purger.settle(blockedReceiptOf(givenOf(realmId)[1] as Given, new Date(Date.now() - 1_000)));
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    await letPass(db.pool, realmId, (2 * RERELEASE_MS) / 1_000 + 1);
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
  });

  it('is tried less and less often while a hold has no end that is known, and at once when an operator says so', async () => {
    const realmId = await released(10);
    let seen = 0;
    const hours = 2 * 24;
    for (let minute = 0; minute < hours * 60; minute += 10) {
      for (; seen < givenOf(realmId).length; seen++)
        await purger.settle(blockedReceiptOf(givenOf(realmId)[seen] as Given));
      await letPass(db.pool, realmId, 600);
      while ((await purger.step(realmId)).kind === 'moved');
    }
    expect(givenOf(realmId).length).toBeLessThanOrEqual(7 + hours);
    expect(givenOf(realmId).length).toBeGreaterThan(hours / 2);
    for (; seen < givenOf(realmId).length; seen++)
      await purger.settle(blockedReceiptOf(givenOf(realmId)[seen] as Given));
    const { epoch } = await purger.purge(realmId);
    await followRetries(db.pool, [{ workspaceId: realmId, epoch, retries: 1 }]);
    await purger.step(realmId);
    expect(givenOf(realmId)).toHaveLength(seen + 1);
  });

  it('comes back within the window when many locks end at once, behind what is new', async () => {
    const realmId = await released(130);
    const end = new Date(Date.now() + 3_600_000);
    let seen = 0;
    for (; seen < 10;) {
      for (; seen < givenOf(realmId).length; seen++)
        await purger.settle(blockedReceiptOf(givenOf(realmId)[seen] as Given, end));
      await purger.step(realmId);
    }
    expect((await purger.purge(realmId)).next_page).toBe(13);
    for (; seen < 13; seen++) await purger.settle(blockedReceiptOf(givenOf(realmId)[seen] as Given, end));
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    await letPass(db.pool, realmId, 7_200);
    while ((await purger.step(realmId)).kind === 'moved');
    expect(
      givenOf(realmId)
        .slice(13)
        .map((page) => page.page),
    ).toEqual([0, 1, 2, 3]);
    await purger.settle(receiptOf(givenOf(realmId)[14] as Given));
    await purger.step(realmId);
    expect(
      givenOf(realmId)
        .slice(17)
        .map((page) => page.page),
    ).toEqual([4]);
  });
});
