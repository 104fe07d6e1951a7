import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { packBlockIds, unpackBlockIds } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pardonBlocksRpc } from '../pardon-blocks/pardon-blocks.rpc.js';
import { realmWriters } from '../services.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { waitingForLocks } from '../testing/locks.sql.js';
import { addBlocks, addRealm, blocksOf } from '../testing/world.sql.js';
import { condemnBlocksRpc } from '../condemn-blocks/condemn-blocks.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const REGISTRATIONS = 1_000;
const CONNECTIONS = 24;
let db: TestDatabase;
let crowd: Pool;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  const logger = createLogger('test', 'silent');
  crowd = createPool({ url: db.url, applicationName: 'crowd', max: CONNECTIONS, logger });
});
afterAll(async () => {
  await crowd.end();
  await db.drop();
});

const listDigest = createHash('sha256').digest('hex');
async function condemn(organizationId: string, blockIds: readonly string[]): Promise<string[]> {
  const packed = packBlockIds([...blockIds].sort());
  const { condemnedIds } = await condemnBlocksRpc(
    crowd,
    letheStore,
    3_600,
  )({ organizationId, blockIds: packed, orderedBy: 'operator-1', listDigest });
  return unpackBlockIds(condemnedIds);
}
async function register(realmId: string, ...blockIds: string[]): Promise<'registered' | 'refused'> {
  const blocks = blockIds.map((blockId) => ({ blockId, sizeBytes: 1 }));
  const messages = (async function* () {
    yield await Promise.resolve({ organizationId: 'org1', realmId, blocks });
  })();
  try {
    await realmWriters(crowd, letheStore).registerBlocks(messages);
    return 'registered';
  } catch (error) {
    if (!(error instanceof RefusalError) || error.reason !== 'BLOCK_BEING_DELETED') throw error;
    return 'refused';
  }
}

describe('a thousand registrations against condemnations of the same ids', () => {
  it('never both: each id is registered, or condemned', { timeout: 60_000 }, async () => {
    const realms = [await addRealm(db.pool, 'org1'), await addRealm(db.pool, 'org1')];
    const ids = Array.from({ length: REGISTRATIONS }, () => randomUUID());
    const condemned = new Set<string>();
    const outcomes = new Map<string, string>();
    const registering = ids.toSorted(() => Math.random() - 0.5).entries();
    const condemning = Array.from({ length: 50 }, (_, n) => ids.slice(n * 20, n * 20 + 20)).values();
    const writers = Array.from({ length: CONNECTIONS - 4 }, async () => {
      for (const [n, id] of registering) outcomes.set(id, await register(realms[n % 2]!, id));
    });
    const judges = Array.from({ length: 4 }, async () => {
      for (const some of condemning) for (const id of await condemn('org1', some)) condemned.add(id);
    });
    await Promise.all([...writers, ...judges]);
    const registered = new Set((await Promise.all(realms.map((id) => blocksOf(db.pool, id)))).flat());
    expect(ids.filter((id) => registered.has(id) && condemned.has(id))).toEqual([]);
    expect(ids.filter((id) => !registered.has(id) && !condemned.has(id))).toEqual([]);
    for (const id of ids) expect(outcomes.get(id)).toBe(registered.has(id) ? 'registered' : 'refused');
    // Both happened, or nothing was raced for.
    expect([registered.size > 0, condemned.size > 0]).toEqual([true, true]);
  });

  it('a condemnation waits for a writer under way, and sees its row', async () => {
    const [realmId, id] = [await addRealm(db.pool, 'org1'), randomUUID()];
    const tx = await db.pool.connect();
    await tx.query('begin');
    await letheStore.lockForWriting(tx, 'org1');
    const condemning = condemn('org1', [id]);
    await eventually('it waits', async () => (await waitingForLocks(db.pool)) === 1);
    await addBlocks(tx, realmId, [id]);
    await tx.query('commit');
    tx.release();
    expect(await condemning).toEqual([]);
  });

  it('is told when writers take too long, and condemns nothing', async () => {
    const [realmId, id] = [await addRealm(db.pool, 'org1'), randomUUID()];
    const stuck = await db.pool.connect();
    await stuck.query('begin');
    await letheStore.lockForWriting(stuck, 'org1');
    await expect(condemn('org1', [id])).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
    await stuck.query('commit');
    stuck.release();
    expect(await register(realmId, id)).toBe('registered');
  });

  it('ends with the pardon', async () => {
    const [realmId, id] = [await addRealm(db.pool, 'org1'), randomUUID()];
    expect(await condemn('org1', [id])).toEqual([id]);
    expect(await register(realmId, randomUUID(), id)).toBe('refused');
    await pardonBlocksRpc(
      crowd,
      letheStore,
      3_600,
    )({
      organizationId: 'org1',
      blockIds: packBlockIds([id]),
      swept: false,
    });
    expect(await register(realmId, id)).toBe('registered');
    expect(await condemn('org1', [id])).toEqual([]);
  });
});
