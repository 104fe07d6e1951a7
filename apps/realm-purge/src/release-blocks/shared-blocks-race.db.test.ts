import { randomUUID } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RefusalError } from '@lethe/outcome';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realmWriters } from '../services.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { livingOf } from '../testing/sharing.sql.js';
import { createPurger, idsOf, receiptOf, type Given, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const PURGES = 50;
const BLOCKS = 20;
const AT_ONCE = 5;
const SLOW_TRIPS = 200;
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

/** What the storage has, by block id. */
const objects = new Set<string>();
const outcomes = { kept: 0, refused: 0, anew: 0 };

/** Some writers are slow between the look and the write: as slow as a purge from its fence to its first page. */
const slowly: typeof letheStore = {
  ...letheStore,
  async insertBlocks(tx, realmId, blocks) {
    if (Math.random() < 0.1) for (let trips = 0; trips < SLOW_TRIPS; trips++) await tx.query('select 1');
    return letheStore.insertBlocks(tx, realmId, blocks);
  },
};

/** Registers an id for a live realm, and puts its object if it is not there, as a client does. Answers whether it may. */
async function takeUp(realmId: string, blockId: string): Promise<boolean> {
  const write = realmWriters(db.pool, slowly);
  const request = { organizationId: 'org1', realmId, blocks: [{ blockId, sizeBytes: 1 }] };
  try {
    await write.registerBlocks(
      (async function* () {
        yield await Promise.resolve(request);
      })(),
    );
  } catch (error) {
    if (!(error instanceof RefusalError) || error.reason !== 'BLOCK_BEING_DELETED') throw error;
    outcomes.refused += 1;
    return false;
  }
  outcomes[objects.has(blockId) ? 'kept' : 'anew'] += 1;
  objects.add(blockId);
  return true;
}

/** The fence gives up what it waits long for, and is tried again. */
function unlessAWriterWasSlow(error: unknown): void {
  if ((error as { code?: string }).code !== '55P03') throw error;
}

/** Deletes one object after the other. Nobody alive may refer to one of them before the rows of the page are gone. */
async function sweep(page: Given): Promise<void> {
  for (const id of idsOf(page)) {
    objects.delete(id);
    await breathe();
  }
  expect(await livingOf(db.pool, idsOf(page)), 'deleted under a live realm').toEqual([]);
  await purger.settle(receiptOf(page));
}

async function purgeWhile(realmId: string, live: string, toTakeUp: string[]): Promise<Promise<boolean>[]> {
  const taken: Promise<boolean>[] = [];
  const some = () => {
    const count = Math.floor(Math.random() * 5);
    for (const id of toTakeUp.splice(0, count)) taken.push(takeUp(live, id));
  };
  script.allow('org1', realmId);
  await purger.order(realmId);
  let swept = 0;
  while ((await purger.purge(realmId)).report_time === null) {
    some();
    await purger.step(realmId).catch(unlessAWriterWasSlow);
    const given = purger.given.filter((page) => page.context.workspaceId === realmId);
    for (; swept < given.length; swept++) {
      some();
      await sweep(given[swept] as Given);
    }
  }
  for (const id of toTakeUp.splice(0)) taken.push(takeUp(live, id));
  return taken;
}

/** Two realms with the same blocks, of which both are purged while a third takes each block up. */
async function round(): Promise<void> {
  const ids = Array.from({ length: BLOCKS }, () => randomUUID());
  const [one, other, live] = [
    await addRealm(db.pool, 'org1'),
    await addRealm(db.pool, 'org1'),
    await addRealm(db.pool, 'org1'),
  ];
  await addBlocks(db.pool, one, ids);
  await addBlocks(db.pool, other, ids.slice(0, BLOCKS / 2));
  for (const id of ids) objects.add(id);
  const shuffled = ids.toSorted(() => Math.random() - 0.5);
  const half = shuffled.splice(BLOCKS / 2);
  const taken = await Promise.all([purgeWhile(one, live, shuffled), purgeWhile(other, live, half)]);
  await Promise.all(taken.flat());

  const referred = await blocksOf(db.pool, live);
  expect(referred.filter((id) => !objects.has(id))).toEqual([]);
  const orphans = ids.filter((id) => objects.has(id) && !referred.includes(id));
  expect(orphans, 'nobody refers to it, and it is still there').toEqual([]);
  for (const realmId of [one, other]) expect(await blocksOf(db.pool, realmId)).toEqual([]);
}

describe('a live realm that takes up ids of realms that are being purged', () => {
  it('never refers to an object that was deleted, in a thousand races', { timeout: 300_000 }, async () => {
    let left = PURGES;
    const lane = async () => {
      while (left-- > 0) await round();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(outcomes.kept + outcomes.refused + outcomes.anew).toBe(PURGES * BLOCKS);
    for (const [outcome, times] of Object.entries(outcomes))
      expect(times, `registrations that came to this: ${outcome}`).toBeGreaterThan(0);
  });
});
