import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { Grant } from '@lethe/contracts';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import { createTestBucket, type TestBucket } from '@lethe/object-store/testing';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { recordEnd } from '../sweep/end.sql.js';
import { ledgerEvidence } from '../sweep/evidence.js';
import { findPage } from '../sweep/ledger.sql.js';
import { blockIds, keysOf } from '../testing/keys.js';
import { createStoreSet } from '../stores/store-set.js';
import { MIGRATIONS, releasedBody } from '../testing/world.js';
import { forgetStores, retire } from '../testing/world.sql.js';
import { sweepPage, type OwnedPage } from './sweep-page.js';

const ids = blockIds('back', 6);
const keys = keysOf('org1', ids);
let database: TestDatabase;
let buckets: TestBucket[];
let stores: ObjectStore[];
let page: OwnedPage;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  await forgetStores(database.pool);
  buckets = await Promise.all([0, 1].map(() => createTestBucket(serverVariable)));
  stores = buckets.map((bucket, node) => createS3Store(bucket.options({ name: `node${node}` })));
  const of = { organizationId: 'org1', realmId: randomUUID(), ids };
  page = { ...of, ...releasedBody(of), blockIds: ids, epoch: 1 };
  await buckets[1]!.put(...keys);
  expect((await sweep(1)).kind).toBe('verified');
  await buckets[1]!.put(...keys.slice(0, 2));
});
afterEach(() => {
  for (const open of [...stores, ...buckets]) open.close();
});
afterAll(() => database.drop());

const sweep = (cut: number, on = stores) =>
  sweepPage(
    {
      pool: database.pool,
      stores: createStoreSet(
        database.pool,
        on.map((store) => ({ store, organizations: [] })),
      ),
      authority: {
        grant: (workspaceId) =>
          Promise.resolve(
            Grant.fromPartial({ organizationId: 'org1', workspaceId, epoch: 1, blocksDue: true }),
          ),
      },
      limits: { take: () => Promise.resolve(0) },
    },
    { ...page, cut },
  );
const ledgered = () => findPage(database.pool, page.realmId, 1, 0);
const inNode1 = async () => {
  const { found, left, missing } = (await ledgered())!.outcomes[1]!;
  return { found, left, missing };
};

it('what came back is known of its store, also when that is not configured any more, until it is gone', async () => {
  expect((await sweep(1)).kind).toBe('back');
  expect(await ledgered()).toMatchObject({ state: 'verified', cut: 1 });
  expect(await inNode1()).toEqual({ found: 6, left: 2, missing: 0 });
  expect((await sweep(2, stores.slice(0, 1))).kind).toBe('blocked');
  expect(await inNode1()).toEqual({ found: 6, left: 2, missing: 0 });
  expect((await sweep(3)).kind).toBe('verified');
  expect(await inNode1()).toEqual({ found: 6, left: 0, missing: 0 });
  expect(await buckets[1]!.contents()).toEqual([]);
});

it('of a store that is retired it stays known, and no report says that it was read back', async () => {
  expect((await sweep(1)).kind).toBe('back');
  await retire(database.pool, stores[1]!.id);
  expect((await sweep(2, stores.slice(0, 1))).kind).toBe('settled');
  expect(await inNode1()).toEqual({ found: 6, left: 2, missing: 0 });
  const end = { realm_id: page.realmId, epoch: 1, pages: 1 };
  const known = { retries: 0, isReported: () => Promise.resolve(false) };
  const { evidence, elsewhere } = await ledgerEvidence(database.pool, end, known);
  expect([evidence.stores, elsewhere]).toEqual([['node0'], 0]);
});

it('what came back and went again by itself is not left any more', async () => {
  expect((await sweep(1)).kind).toBe('back');
  for (const Key of keys.slice(0, 2))
    await buckets[1]!.admin.send(new DeleteObjectCommand({ Bucket: buckets[1]!.name, Key }));
  expect((await sweep(1)).kind).toBe('settled');
  expect(await inNode1()).toEqual({ found: 6, left: 0, missing: 0 });
});

it('what came back after the end changes nothing: the ledger is final', async () => {
  await recordEnd(database.pool, page.realmId, 1, 1);
  const before = await ledgered();
  expect((await sweep(1)).kind).toBe('back');
  expect(await ledgered()).toEqual(before);
});
