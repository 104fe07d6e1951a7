import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createS3Store, STORE_MARKERS, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../testing/world.js';
import { forgetStores, retire } from '../testing/world.sql.js';
import { createStoreSet, type PlacedStore } from './store-set.js';
import { listStoreRows } from './store-registry.sql.js';

let database: TestDatabase;
let [one, two]: TestBucket[] = [];
let open: { close(): void }[];
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  await forgetStores(database.pool);
  [one, two] = await Promise.all([createTestBucket(serverVariable), createTestBucket(serverVariable)]);
  open = [one, two];
});
afterEach(() => {
  for (const each of open) each.close();
});
afterAll(() => database.drop());

function storeIn(bucket: TestBucket, name: string, id = bucket.id): ObjectStore {
  const store = createS3Store(bucket.options({ name, id }));
  open.push(store);
  return store;
}
const placed = (store: ObjectStore, ...organizations: string[]): PlacedStore => ({ store, organizations });
const setOf = (...stores: PlacedStore[]) => createStoreSet(database.pool, stores, { freshMs: 0 });
const reasonFor = async (organization: string, ...stores: PlacedStore[]) => {
  const answer = await setOf(...stores).of(organization);
  return answer.kind === 'unsure' ? answer.reason : answer.stores.map(({ name }) => name);
};

describe('a store', () => {
  it('is known by its marker', async () => {
    expect(await reasonFor('org1', placed(storeIn(one!, 'a')))).toEqual(['a']);
    expect(await listStoreRows(database.pool)).toMatchObject([{ store_id: one!.id, name: 'a', kind: 's3' }]);
  });

  it('is not known when the bucket is another one, and is remembered, for it was configured', async () => {
    expect(await reasonFor('org1', placed(storeIn(two!, 'a', one!.id)))).toMatch(
      /^a: NotRecognized.*another/,
    );
    expect(await listStoreRows(database.pool)).toMatchObject([{ store_id: one!.id, name: 'a' }]);
  });

  it('is not known without a marker, or with a second one', async () => {
    const second = { Bucket: one!.name, Key: STORE_MARKERS + randomUUID() };
    await one!.admin.send(new PutObjectCommand(second));
    expect(await reasonFor('org1', placed(storeIn(one!, 'a')))).toMatch(/there are 2 markers/);
    await one!.admin.send(new DeleteObjectCommand(second));
    expect(await reasonFor('org1', placed(storeIn(one!, 'a')))).toEqual(['a']);
    const Key = STORE_MARKERS + one!.id;
    await one!.admin.send(new DeleteObjectCommand({ Bucket: one!.name, Key }));
    expect(await reasonFor('org1', placed(storeIn(one!, 'a')))).toMatch(/there is no marker/);
  });

  it('is asked again once the look is old, and by one at a time', async () => {
    let time = 0;
    let asked = 0;
    const store = {
      ...storeIn(one!, 'a'),
      identities: () => Promise.resolve([asked++ === 0 ? one!.id : '']),
    };
    const set = createStoreSet(database.pool, [placed(store)], { freshMs: 10, now: () => time });
    const all = await Promise.all([set.of('org1'), set.of('org2'), set.of('org1')]);
    expect([all.map(({ kind }) => kind), asked]).toEqual([['known', 'known', 'known'], 1]);
    time = 9;
    expect([(await set.of('org1')).kind, asked]).toEqual(['known', 1]);
    time = 10;
    expect((await Promise.all([set.of('org1'), set.of('org2')])).map(({ kind }) => kind)).toEqual([
      'unsure',
      'unsure',
    ]);
    expect(asked).toBe(2);
  });

  it('that was in trouble is asked by whoever comes next, for it may have been put right', async () => {
    let time = 0;
    let markers: string[] = [];
    const store = { ...storeIn(one!, 'a'), identities: () => Promise.resolve(markers) };
    const set = createStoreSet(database.pool, [placed(store)], { freshMs: 10, now: () => time });
    expect((await set.of('org1')).kind).toBe('unsure');
    time = 1;
    markers = [one!.id];
    expect((await set.of('org1')).kind).toBe('known');
  });

  it('rejects while it does not answer, and is asked again', async () => {
    let away = true;
    const store = storeIn(one!, 'a');
    const identities = () => (away ? Promise.reject(new Error('away')) : store.identities());
    const set = createStoreSet(database.pool, [placed({ ...store, identities })]);
    await expect(set.of('org1')).rejects.toThrow('away');
    expect(await listStoreRows(database.pool)).toMatchObject([{ store_id: one!.id }]);
    away = false;
    expect((await set.of('org1')).kind).toBe('known');
  });
});

describe('an organization', () => {
  it('has the stores that are everybody’s, and its own', async () => {
    const stores = [placed(storeIn(one!, 'a')), placed(storeIn(two!, 'b'), 'org2', 'org3')];
    stores[1] = placed(storeIn(two!, 'b'), 'org2', 'org3');
    expect(await reasonFor('org1', ...stores)).toEqual(['a']);
    expect(await reasonFor('org2', ...stores)).toEqual(['a', 'b']);
  });

  it('without a store is not swept: nothing left would say nothing', async () => {
    expect(await reasonFor('org1')).toMatch(/no store is configured/);
    expect(await reasonFor('org1', placed(storeIn(one!, 'a'), 'org2'))).toMatch(/no store is configured/);
  });

  it('of the name of the markers is not swept', async () => {
    expect(await reasonFor('.lethe-store', placed(storeIn(one!, 'a')))).toMatch(/name of the markers/);
  });

  it('is not swept while a store that held its blocks is neither configured nor retired', async () => {
    const [a, b] = [storeIn(one!, 'a'), storeIn(two!, 'b')];
    await reasonFor('org1', placed(a), placed(b));
    expect(await reasonFor('org1', placed(a))).toMatch(/^b: NotConfigured/);
    await retire(database.pool, two!.id);
    expect(await reasonFor('org1', placed(a))).toEqual(['a']);
    expect(await reasonFor('org1', placed(a), placed(b))).toEqual(['a', 'b']);
    expect(await reasonFor('org1', placed(a))).toMatch(/^b: NotConfigured/);
  });

  it('is swept right after an operator retired that store, however new the last look is', async () => {
    await reasonFor('org1', placed(storeIn(two!, 'b')));
    const set = createStoreSet(database.pool, [placed(storeIn(one!, 'a'))]);
    expect(await set.of('org1')).toMatchObject({ kind: 'unsure' });
    await retire(database.pool, two!.id);
    expect(await set.of('org1')).toMatchObject({ kind: 'known' });
  });

  it('is not swept when a store is everybody’s no more, before an operator says so', async () => {
    const [a, b] = [storeIn(one!, 'a'), storeIn(two!, 'b')];
    await reasonFor('org1', placed(a), placed(b));
    const narrowed = [placed(a), placed(b, 'org2')];
    for (const organization of ['org1', 'org2'])
      expect(await reasonFor(organization, ...narrowed)).toMatch(/^b: NotConfigured/);
    await retire(database.pool, two!.id);
    expect(await reasonFor('org2', ...narrowed)).toEqual(['a', 'b']);
    await reasonFor('org2', placed(a));
    expect(await reasonFor('org1', placed(a))).toEqual(['a']);
    expect(await reasonFor('org2', placed(a))).toMatch(/^b: NotConfigured/);
  });

  it('is not swept in another bucket under a name that was known', async () => {
    await reasonFor('org1', placed(storeIn(one!, 'a')));
    expect(await reasonFor('org1', placed(storeIn(two!, 'a')))).toMatch(/^a: NotConfigured/);
  });
});
