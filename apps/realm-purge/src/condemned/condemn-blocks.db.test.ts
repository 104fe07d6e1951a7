import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { packBlockIds, unpackBlockIds } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listKnownBlocksRpc } from '../list-known-blocks/list-known-blocks.rpc.js';
import { pardonBlocksRpc } from '../pardon-blocks/pardon-blocks.rpc.js';
import { realmWriters } from '../services.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { condemnedOf, pardonEarlier } from '../testing/condemned.sql.js';
import { addBlocks, addRealm, blocksOf, setRealmState } from '../testing/world.sql.js';
import { condemnBlocksRpc } from '../condemn-blocks/condemn-blocks.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let organizationId = '';
let realmId: string;
let org = 0;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
beforeEach(async () => {
  organizationId = `org${++org}`;
  realmId = await addRealm(db.pool, organizationId);
});
afterAll(() => db.drop());

const ids = (count: number) => Array.from({ length: count }, () => randomUUID() as string).sort();
const listDigest = createHash('sha256').digest('hex');
async function condemn(blockIds: readonly string[], of = organizationId) {
  const order = { organizationId: of, orderedBy: 'operator-1', listDigest };
  const handle = condemnBlocksRpc(db.pool, letheStore, 3_600);
  return unpackBlockIds((await handle({ ...order, blockIds: packBlockIds(blockIds) })).condemnedIds);
}
const pardon = (blockIds: readonly string[], swept: boolean, seconds = 3_600) =>
  pardonBlocksRpc(db.pool, letheStore, seconds)({ organizationId, blockIds: packBlockIds(blockIds), swept });
async function known(pageSize: number, after = '', of = organizationId) {
  const answer = await listKnownBlocksRpc(db.pool, letheStore)({ organizationId: of, after, pageSize });
  const blockIds = unpackBlockIds(answer.blockIds);
  expect(answer.live).toHaveLength(blockIds.length);
  return blockIds.map((id, i) => [id, answer.live[i]] as const);
}
async function allKnown(pageSize: number) {
  const all: (readonly [string, number | undefined])[] = [];
  for (;;) {
    const page = await known(pageSize, all.at(-1)?.[0]);
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}
function register(...blockIds: string[]) {
  const blocks = blockIds.map((blockId) => ({ blockId, sizeBytes: 1 }));
  return realmWriters(db.pool, letheStore).registerBlocks(
    (async function* () {
      yield await Promise.resolve({ organizationId, realmId, blocks });
    })(),
  );
}
const refused = { reason: 'BLOCK_BEING_DELETED' };

describe('known blocks', () => {
  it.each([1, 7, 100, 1_000])(
    'are all of the organization in order, each once: pages of %i',
    async (size) => {
      const other = await addRealm(db.pool, organizationId);
      const dying = await addRealm(db.pool, organizationId, { state: 'fenced' });
      const foreign = await addRealm(db.pool, `${organizationId}0`, { blocks: 50 });
      const [own, shared, doomed] = [ids(120), ids(5), ids(30)];
      await addBlocks(db.pool, realmId, [...own, ...shared]);
      await addBlocks(db.pool, other, shared);
      await addBlocks(db.pool, dying, [...doomed, ...shared.slice(0, 2)]);
      const live = [...own, ...shared].map((id) => [id, 1]);
      const expected = [...live, ...doomed.map((id) => [id, 0])].sort();
      expect(await allKnown(size)).toEqual(expected);
      expect(await blocksOf(db.pool, foreign)).toHaveLength(50);
    },
  );

  it('are found wherever their ids crowd, and at both ends of all ids', async () => {
    const crowd = Array.from({ length: 40 }, (_, n) => `0190aaaa-0000-7000-8000-0000000000${10 + n}`);
    const ends = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
    await addBlocks(db.pool, realmId, [...crowd, ...ends]);
    const expected = [...crowd, ...ends].sort().map((id) => [id, 1]);
    for (const size of [1, 7, 42, 43, 1_000]) expect(await allKnown(size)).toEqual(expected);
  });

  it('are rows of a purged realm too, should there be any, and none where there is none', async () => {
    expect(await known(10)).toEqual([]);
    const block = ids(1);
    await addBlocks(db.pool, realmId, block);
    for (const state of ['fenced', 'purged']) {
      await setRealmState(db.pool, realmId, state);
      expect(await known(10)).toEqual([[block[0], 0]]);
      expect(await condemn(block)).toEqual([]);
    }
  });
});

describe('condemned blocks', () => {
  it('are those that no row names, of this organization alone', async () => {
    const dying = await addRealm(db.pool, organizationId, { state: 'fenced' });
    const foreign = await addRealm(db.pool, `${organizationId}0`);
    const [live, doomed, free, elsewhere] = [ids(3), ids(3), ids(3), ids(3)];
    await addBlocks(db.pool, realmId, live);
    await addBlocks(db.pool, dying, doomed);
    await addBlocks(db.pool, foreign, elsewhere);
    const all = [...live, ...doomed, ...free, ...elsewhere].sort();
    const expected = [...free, ...elsewhere].sort();
    for (let n = 0; n < 2; n++) expect(await condemn(all)).toEqual(expected);
    expect(await condemnedOf(db.pool, organizationId)).toEqual(expected);
    expect(await condemnedOf(db.pool, `${organizationId}0`)).toEqual([]);
    for (const id of free) await expect(register(randomUUID(), id)).rejects.toMatchObject(refused);
    expect(await blocksOf(db.pool, realmId)).toEqual(live);
    await register(randomUUID());
  });

  it('are known as such until they are pardoned, so that no order leaves them silently', async () => {
    const [left, row] = [ids(30), ids(30)];
    await condemn(left);
    await addBlocks(db.pool, realmId, row);
    const expected = [...left.map((id) => [id, 2]), ...row.map((id) => [id, 1])].sort();
    for (const size of [1, 7, 60, 61]) expect(await allKnown(size)).toEqual(expected);
    await pardon(left, true);
    expect(await allKnown(7)).toEqual(row.map((id) => [id, 1]));
  });

  it('that were swept are pardoned when uploads under way are over', async () => {
    const [swept, kept] = [ids(2), ids(2)];
    await condemn([...swept, ...kept].sort());
    await pardon(kept, false);
    await pardon(swept, true);
    await pardon(swept, true, 7_200); // puts nothing off
    await register(...kept);
    await expect(register(swept[0]!)).rejects.toMatchObject(refused);
    await pardonEarlier(db.pool, organizationId, 3_600);
    await register(...swept);
  });

  it('are condemned anew by a further order, and forgotten once their pardon is over', async () => {
    const [again, over] = [ids(2), ids(2)];
    await condemn([...again, ...over].sort());
    await pardon([...again, ...over].sort(), true);
    expect(await condemn(again)).toEqual(again);
    await pardonEarlier(db.pool, organizationId, 3_600);
    await expect(register(again[0]!)).rejects.toMatchObject(refused);
    await condemn(ids(1));
    expect(await condemnedOf(db.pool, organizationId)).toHaveLength(3);
  });

  it('keep the pardon that an order before promised them, whatever a further one says', async () => {
    const [id] = ids(1) as [string];
    await condemn([id]);
    await pardon([id], true, 7_200);
    for (let n = 0; n < 2; n++) {
      await condemn([id]);
      await pardon([id], false);
      await expect(register(id)).rejects.toMatchObject(refused);
    }
    await pardonEarlier(db.pool, organizationId, 7_100);
    await expect(register(id)).rejects.toMatchObject(refused);
    await pardonEarlier(db.pool, organizationId, 100);
    await register(id);
  });

  it('are pardoned later than that where the further order swept them, too', async () => {
    const [id] = ids(1) as [string];
    await condemn([id]);
    await pardon([id], true, 3_600);
    await condemn([id]);
    await pardon([id], true, 7_200);
    await pardonEarlier(db.pool, organizationId, 7_100);
    await expect(register(id)).rejects.toMatchObject(refused);
    await pardonEarlier(db.pool, organizationId, 100);
    await register(id);
  });

  it('count as swept where an order before never ended: nobody knows what it deleted', async () => {
    const [id] = ids(1) as [string];
    await condemn([id]);
    await condemn([id]);
    await pardon([id], false);
    await expect(register(id)).rejects.toMatchObject(refused);
    await pardonEarlier(db.pool, organizationId, 3_600);
    await register(id);
  });
});
