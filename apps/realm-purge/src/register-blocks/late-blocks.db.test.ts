import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, eventually, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { realmWriters } from '../services.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { waitingForLocks } from '../testing/locks.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, idsOf, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf, ledgerOf } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, countRows: 10 });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

let late: [string, number][] = [];
beforeEach(() => (late = []));

const block = (blockId: string = randomUUID(), sizeBytes = 5) => ({ blockId, sizeBytes });
type Block = ReturnType<typeof block>;
/** A stream of messages to a realm. */
function register(realmId: string, ...messages: Block[][]) {
  const write = realmWriters(db.pool, letheStore, (...said) => late.push(said));
  return write.registerBlocks(
    (async function* () {
      for (const blocks of messages) yield await Promise.resolve({ organizationId: 'org1', realmId, blocks });
    })(),
  );
}
const refused = { reason: 'REALM_DELETED' };
async function until(state: 'fenced' | 'shredded' | 'releasing' | 'reported', blocks = 25): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, state);
  return realmId;
}
const sweptOf = (realmId: string) =>
  new Set(purger.given.filter((page) => page.context.workspaceId === realmId).flatMap(idsOf));

describe('blocks whose registration the fence refused', () => {
  it.each(['fenced', 'shredded', 'releasing'] as const)(
    'are swept and counted with a realm that is %s',
    async (state) => {
      const realmId = await until(state);
      // Half of them behind what is counted already.
      if (state === 'shredded') await purger.step(realmId);
      const blocks = Array.from({ length: 40 }, () => block());
      await expect(register(realmId, blocks)).rejects.toMatchObject(refused);
      await expect(register(realmId, blocks.slice(0, 7))).rejects.toMatchObject(refused);
      expect(late).toEqual([
        ['noted', 40],
        ['noted', 7],
      ]);
      const { blocks_total: total, bytes_total: bytes } = await purger.drive(realmId, 'releasing');
      expect([total, bytes]).toEqual([65, 250 + 200]);
      const purge = await purger.drive(realmId, 'reported');
      expect(purge).toMatchObject({ blocks_total: 65, bytes_total: 450, attention: null });
      expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 65, left: 0, settled: 65 });
      for (const { blockId } of blocks) expect(sweptOf(realmId)).toContain(blockId);
    },
  );

  it('are those of the refused message alone: each message is its own transaction', async () => {
    const realmId = await until('fenced', 0);
    const [first, second] = [[block(), block()], [block()]];
    await expect(register(realmId, first, second)).rejects.toMatchObject(refused);
    expect(await blocksOf(db.pool, realmId)).toEqual(first.map(({ blockId }) => blockId).sort());
  });

  it('are found in the middle of pages that are settled already', async () => {
    const realmId = await until('releasing');
    await purger.step(realmId);
    await purger.sweep();
    const blocks = Array.from({ length: 5 }, () => block());
    await expect(register(realmId, blocks)).rejects.toMatchObject(refused);
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ blocks_total: 30, attention: null });
    for (const { blockId } of blocks) expect(sweptOf(realmId)).toContain(blockId);
  });

  it('are nobody’s any more once the realm is purged, and the answer says what to do', async () => {
    const realmId = await until('reported');
    await expect(register(realmId, [block()])).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/delete the objects/),
    });
    expect(late).toEqual([['refused', 1]]);
    expect(await blocksOf(db.pool, realmId)).toEqual([]);
  });

  it('are not noted when there are too many, or one is no block', async () => {
    const realmId = await until('fenced', 0);
    const many = Array.from({ length: 10_001 }, () => block());
    for (const blocks of [many, [block('x')], [block(randomUUID(), -1)]])
      await expect(register(realmId, blocks)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    expect([late, await blocksOf(db.pool, realmId)]).toEqual([[], []]);
  });

  it('are retained when a live realm has them, and not to be taken up when none has', async () => {
    const live = await addRealm(db.pool, 'org1');
    const [shared, own] = [block(), block()];
    await register(live, [shared]);
    const realmId = await until('fenced', 0);
    await expect(register(realmId, [shared, own])).rejects.toMatchObject(refused);
    await expect(register(live, [own])).rejects.toMatchObject({ reason: 'BLOCK_BEING_DELETED' });
    await purger.drive(realmId, 'reported');
    expect([...sweptOf(realmId)]).toEqual([own.blockId]);
    expect(await blocksOf(db.pool, live)).toEqual([shared.blockId]);
  });

  it('wait for a live realm that takes up their id in the same moment: no release may miss that', async () => {
    const [live, realmId] = [await addRealm(db.pool, 'org1'), await until('releasing', 0)];
    const { blockId } = block();
    const tx = await db.pool.connect();
    await tx.query('begin');
    await letheStore.lockForWriting(tx, 'org1');
    expect(await letheStore.beingDeleted(tx, { realmId: live, organizationId: 'org1' }, [blockId])).toEqual(
      [],
    );
    const refusing = expect(register(realmId, [block(blockId)])).rejects.toMatchObject(refused);
    await eventually('the note waits', async () => (await waitingForLocks(db.pool)) === 1);
    await addBlocks(tx, live, [blockId]);
    await tx.query('commit');
    tx.release();
    await refusing;
    await purger.drive(realmId, 'reported');
    expect(sweptOf(realmId)).toEqual(new Set());
    expect(await blocksOf(db.pool, live)).toEqual([blockId]);
  });

  it('of a realm that is purged keep no writer of the organization waiting, nor wait for one', async () => {
    const realmId = await until('reported', 0);
    const writing = await db.pool.connect();
    await writing.query('begin');
    await letheStore.lockForWriting(writing, 'org1');
    await expect(register(realmId, [block()])).rejects.toMatchObject(refused);
    await writing.query('commit');
    writing.release();
    expect(late).toEqual([['refused', 1]]);
  });

  it('are to be registered again when they could not be noted: nothing claims that they are', async () => {
    const realmId = await until('fenced', 0);
    const stuck = await db.pool.connect();
    await stuck.query('begin');
    await letheStore.lockForWriting(stuck, 'org1');
    await expect(register(realmId, [block()])).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    await stuck.query('commit');
    stuck.release();
    expect([late, await blocksOf(db.pool, realmId)]).toEqual([[], []]);
  });
});
