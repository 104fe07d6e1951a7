import { fileURLToPath } from 'node:url';
import { PurgeState } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, receiptOf, type Purger } from '../testing/stories.js';
import { addRealm, fenceEarlier, settleEarlier } from '../testing/world.sql.js';
import { getPurgeRpc } from './get-purge.rpc.js';

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

const HOUR = 3_600;
const get = async (realmId: string, quarantineSeconds = 0) => {
  const { purge } = await getPurgeRpc(db.pool, quarantineSeconds)({ realmId });
  return purge!;
};
async function releasing(): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 100, keys: 1, vlobs: 2 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  return realmId;
}
async function settleNext(realmId: string, pages: number): Promise<void> {
  for (const page of purger.given.filter(({ context }) => context.workspaceId === realmId).slice(0, pages))
    await purger.settle(receiptOf(page));
}

describe('GetPurge', () => {
  it('shows each time, what was removed, and when blocks are released from', async () => {
    const realmId = await addRealm(db.pool, 'org1', { keys: 1, vlobs: 2 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    expect(await get(realmId, HOUR)).toMatchObject({
      state: PurgeState.ORDERED,
      fenceTime: undefined,
      quarantineEndTime: undefined,
    });
    await purger.drive(realmId, 'releasing');
    const { fenceTime, shredTime, countTime, quarantineEndTime, removed } = await get(realmId, HOUR);
    expect(quarantineEndTime).toEqual(new Date(fenceTime!.getTime() + 1_000 * HOUR));
    expect([shredTime, countTime]).toEqual([expect.any(Date), expect.any(Date)]);
    expect(removed).toEqual({ key_bundle_accesses: 3, key_bundles: 1, vlob_atoms: 2 });
  });

  it('measures how fast it went lately, and when it will be over at that rate', async () => {
    const realmId = await releasing();
    await fenceEarlier(db.pool, realmId, HOUR);
    expect(await get(realmId)).toMatchObject({
      pagesInFlight: 4,
      blocksPerSecond: 0,
      estimatedEndTime: undefined,
    });
    await settleNext(realmId, 3);
    const before = Date.now();
    const { blocksPerSecond, estimatedEndTime, blocksLeft } = await get(realmId);
    expect([blocksPerSecond, blocksLeft]).toEqual([30 / 60, 70]);
    // By the database's clock, which is this machine's: 70 blocks at half a block a second.
    expect(estimatedEndTime!.getTime() - before).toBeGreaterThan(139_000);
    expect(estimatedEndTime!.getTime() - before).toBeLessThan(170_000);
  });

  it('forgets a rate that is a minute old, and says no end', async () => {
    const realmId = await releasing();
    await settleNext(realmId, 3);
    await fenceEarlier(db.pool, realmId, HOUR);
    await settleEarlier(db.pool, realmId, 61);
    expect(await get(realmId)).toMatchObject({
      blocksPerSecond: 0,
      estimatedEndTime: undefined,
      blocksSwept: 30,
    });
  });

  it('says no end while it is paused', async () => {
    const realmId = await releasing();
    await settleNext(realmId, 3);
    script.grants.set(realmId, { ...script.grants.get(realmId)!, paused: true });
    await purger.step(realmId);
    expect((await get(realmId)).estimatedEndTime).toBeUndefined();
  });
});
