import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { blockedReceiptOf, createPurger, receiptOf, type Given, type Purger } from '../testing/stories.js';
import { addRealm, eventsOf, pagesOf, removeBlocks, blocksOf, addBlocks } from '../testing/world.sql.js';
import { needAttention } from './purge.sql.js';
import { followRetries } from './retry.js';
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
  purger = createPurger({ pool: db.pool, script, publish: queue.publish });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

const RETRY = 2 ** 32;
const order = (realmId: string, retries: number) => {
  const grant = { ...script.grants.get(realmId)!, retries };
  script.grants.set(realmId, grant);
  return grant;
};
async function released(blocks = 25): Promise<{ realmId: string; pages: Given[] }> {
  const realmId = await addRealm(db.pool, 'org1', { blocks });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  return { realmId, pages: givenOf(realmId) };
}
const givenOf = (realmId: string) => purger.given.filter((page) => page.context.workspaceId === realmId);

describe('an order to try again', () => {
  it('gives what is lost or blocked to the queue at once, in cuts above all that a sweeper has seen', async () => {
    const { realmId, pages } = await released();
    await purger.settle(blockedReceiptOf(pages[1]!, new Date(Date.now() + 86_400_000)));
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    order(realmId, 1);
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
    expect(
      givenOf(realmId)
        .slice(3)
        .map((page) => [page.page, page.cut]),
    ).toEqual([0, 1, 2].map((page) => [page, RETRY + 1]));
    // Blocked until a receipt says otherwise.
    expect((await pagesOf(db.pool, realmId)).map((page) => page.blocked_left)).toEqual([null, 1, null]);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    order(realmId, 2);
    await purger.step(realmId);
    expect(givenOf(realmId).at(-1)?.cut).toBe(2 * RETRY + 1);
    for (const page of givenOf(realmId).slice(-3)) await purger.settle(receiptOf(page));
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ retries: 2, attention: null });
    expect(await eventsOf(db.pool, realmId)).toEqual([
      'realm.purge_blocked',
      'realm.purge_resumed',
      'realm.purged',
    ]);
  });

  it('raises the cuts of pages that come later as well', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 15 });
    script.allow('org1', realmId);
    order(realmId, 3);
    await purger.order(realmId);
    await purger.drive(realmId, 'reported');
    expect(givenOf(realmId).map((page) => page.cut)).toEqual([3 * RETRY + 1, 3 * RETRY + 1]);
  });

  it('is heard by a purge that a person had to look at, and followed once', async () => {
    const { realmId } = await released(10);
    const ids = await blocksOf(db.pool, realmId);
    await needAttention(db.pool, await purger.purge(realmId), 'look');
    const { counts } = await stepPurges(
      {
        pool: db.pool,
        steps: purger.steps,
        logger: createLogger('test', 'silent'),
        metrics: createMetrics('t'),
      },
      new AbortController().signal,
    );
    expect(counts).toMatchObject({ attention: 0 });
    expect(await purger.purge(realmId)).toMatchObject({ attention: 'look' });
    const grant = order(realmId, 1);
    const followed = await Promise.all(Array.from({ length: 5 }, () => followRetries(db.pool, [grant])));
    expect(followed.reduce((sum, n) => sum + n, 0)).toBe(1);
    expect(await purger.purge(realmId)).toMatchObject({ attention: null, failures: 0, retries: 1 });
    await removeBlocks(db.pool, realmId, ids);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
    // What was wrong still is: looked at as before, and it stays so without a new order.
    expect(await followRetries(db.pool, [grant])).toBe(0);
    expect((await purger.purge(realmId)).attention).toMatch(/without a receipt/);
    await addBlocks(db.pool, realmId, ids);
    expect(await followRetries(db.pool, [order(realmId, 2)])).toBe(1);
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ attention: null });
  });

  it('says nothing to a purge of another epoch', async () => {
    const { realmId } = await released(10);
    const grant = order(realmId, 1);
    expect(await followRetries(db.pool, [{ ...grant, epoch: 2 }])).toBe(0);
    expect(await purger.purge(realmId)).toMatchObject({ retries: 0 });
  });
});
