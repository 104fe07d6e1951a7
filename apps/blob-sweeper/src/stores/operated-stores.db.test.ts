import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { ObjectStore } from '@lethe/object-store';
import { createS3Store } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listStoresRpc } from '../list-stores/list-stores.rpc.js';
import { retireStoreRpc } from '../retire-store/retire-store.rpc.js';
import { recordPage, type PageResult } from '../sweep/ledger.sql.js';
import { MIGRATIONS } from '../testing/world.js';
import { clearAll } from '../testing/world.sql.js';
import { createStoreSet, type PlacedStore } from './store-set.js';

const logger = createLogger('test', 'silent');
let database: TestDatabase;
let bucket: TestBucket;
let store: ObjectStore;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  await clearAll(database.pool);
  bucket = await createTestBucket(serverVariable);
  store = createS3Store(bucket.options());
});
afterEach(() => {
  store.close();
  bucket.close();
});
afterAll(() => database.drop());

const placed = (one: ObjectStore, ...organizations: string[]): PlacedStore => ({ store: one, organizations });
const list = async (...stores: PlacedStore[]) =>
  (await listStoresRpc(database.pool, stores, 500)()).stores.map(
    ({ name, organizationId, configured, trouble }) => ({
      name,
      organizationId,
      configured,
      trouble,
    }),
  );
const recognize = (organization: string, ...stores: PlacedStore[]) =>
  createStoreSet(database.pool, stores).of(organization);
const retire = (over: object = {}, ...stores: PlacedStore[]) => {
  const request = {
    storeId: bucket.id,
    organizationId: '',
    retiredBy: 'operator-1',
    reason: 'emptied',
    ...over,
  };
  return retireStoreRpc(database.pool, stores, logger)(request);
};
/** A page of which so much is left in a store. */
function blockedPage(
  { name, id, kind }: Pick<ObjectStore, 'name' | 'id' | 'kind'>,
  { organization_id = 'org1', left }: { organization_id?: string; left: number },
): PageResult {
  const counts = { found: 9, missing: 1, versions: 0, uploads: 0 };
  return {
    ...{ realm_id: randomUUID(), epoch: 1, page_no: 0, cut: 1 },
    ...{ rows: 10, swept: 10, row_digest: Buffer.alloc(32), organization_id },
    ...{ state: 'blocked', stores: [name], blocks_left: 10, reason: 'AccessDenied', blocked_until: null },
    outcomes: [{ store: name, storeId: id, kind, left, ...counts, readBack: ['listing'] }],
  };
}

describe('ListStores', () => {
  it('shows a store before it was ever recognized, and after', async () => {
    const entry = { name: 'primary', organizationId: '', configured: true, trouble: '' };
    expect(await list(placed(store))).toEqual([entry]);
    await recognize('org1', placed(store));
    expect(await list(placed(store))).toEqual([entry]);
    expect((await listStoresRpc(database.pool, [placed(store)])()).stores[0]).toMatchObject({
      storeId: bucket.id,
      kind: 's3',
      firstSeenTime: expect.any(Date) as Date,
    });
  });

  it('says what keeps one from being swept: that it is another, does not answer, or is not configured', async () => {
    await recognize('org1', placed(store));
    expect(await list()).toMatchObject([
      { configured: false, trouble: 'it is neither configured nor retired' },
    ]);
    const other = { ...store, id: randomUUID(), name: 'other' };
    expect((await list(placed(store), placed(other, 'org2')))[0]).toMatchObject({
      name: 'other',
      organizationId: 'org2',
      trouble: expect.stringContaining('NotRecognized') as string,
    });
    const silent = { ...store, identities: () => new Promise<never>(() => undefined) };
    expect(await list(placed(silent))).toMatchObject([{ trouble: 'primary: it does not answer' }]);
  });
});

describe('RetireStore', () => {
  it('notes who said so and why, once; then pages go without it', async () => {
    await recognize('org1', placed(store, 'org1', 'org2'));
    const second = await createTestBucket(serverVariable);
    const other = createS3Store(second.options({ name: 'other' }));
    expect((await recognize('org1', placed(other))).kind).toBe('unsure');
    for (const retiredBy of ['operator-1', 'operator-2'])
      expect((await retire({ organizationId: 'org1', retiredBy })).store).toMatchObject({
        retiredBy: 'operator-1',
        retireReason: 'emptied',
      });
    expect((await recognize('org1', placed(other))).kind).toBe('known');
    expect((await recognize('org2', placed(other))).kind).toBe('unsure');
    expect(await list()).toMatchObject(
      [
        { name: 'other', trouble: /./ },
        { name: 'primary', organizationId: 'org1', configured: false, trouble: '' },
        { name: 'primary', organizationId: 'org2', trouble: /neither/ },
      ].map((entry) => ({
        ...entry,
        trouble: entry.trouble === '' ? '' : (expect.stringMatching(entry.trouble) as string),
      })),
    );
    other.close();
    second.close();
  });

  it('refuses one that showed blocks of an open purge, until they are seen to be gone', async () => {
    await recognize('org1', placed(store));
    await recognize('org1', placed(store, 'org1', 'org2'));
    const page = blockedPage(store, { organization_id: 'org1', left: 3 });
    await recordPage(database.pool, page);
    await recordPage(database.pool, blockedPage(store, { organization_id: 'org2', left: 4 }));
    await recordPage(database.pool, blockedPage(store, { organization_id: 'org2', left: 0 }));
    await recordPage(database.pool, blockedPage({ ...store, id: randomUUID() }, { left: 9 }));
    const refused = (blocks: string) => ({
      code: status.FAILED_PRECONDITION,
      reason: 'STORE_NOT_EMPTY',
      message: expect.stringContaining(`${blocks} blocks`) as string,
      facts: { blocks },
    });
    await expect(retire()).rejects.toMatchObject(refused('7'));
    await expect(retire({ organizationId: 'org1' })).rejects.toMatchObject(refused('3'));
    expect(await list()).toMatchObject(
      [1, 2, 3].map(() => ({ trouble: expect.stringMatching(/neither/) as string })),
    );
    const gone = page.outcomes.map((outcome) => ({ ...outcome, left: 0 }));
    await recordPage(database.pool, {
      ...page,
      state: 'verified',
      blocks_left: 0,
      reason: null,
      outcomes: gone,
    });
    await retire({ organizationId: 'org1' });
    await expect(retire()).rejects.toMatchObject(refused('4'));
  });

  it('refuses one that is configured, and one that nobody knows', async () => {
    await recognize('org1', placed(store));
    await expect(retire({}, placed(store))).rejects.toMatchObject({ reason: 'STORE_CONFIGURED' });
    await expect(retire({ storeId: randomUUID() })).rejects.toMatchObject({ reason: 'STORE_NOT_FOUND' });
    await expect(retire({ organizationId: 'org1' })).rejects.toMatchObject({ reason: 'STORE_NOT_FOUND' });
  });

  it.each([
    { storeId: 'primary' },
    { retiredBy: '' },
    { reason: ' ' },
    { reason: 'x'.repeat(501) },
    { organizationId: '\n' },
  ])('refuses %j', async (over) => {
    await expect(retire(over)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});
