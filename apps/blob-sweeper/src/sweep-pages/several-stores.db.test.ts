import { randomUUID } from 'node:crypto';
import { DeletionKind, type Grant } from '@lethe/contracts';
import { createS3Store, type ObjectStore } from '@lethe/object-store';
import {
  createFaultProxy,
  createTestBucket,
  type FaultProxy,
  type TestBucket,
} from '@lethe/object-store/testing';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPage } from '../sweep/ledger.sql.js';
import { blockIds, keysOf } from '../testing/keys.js';
import { createStoreSet } from '../stores/store-set.js';
import { MIGRATIONS, releasedBody } from '../testing/world.js';
import { forgetStores } from '../testing/world.sql.js';
import { givePageUp, sweepPage, type OwnedPage } from './sweep-page.js';

const ids = blockIds('nodes', 12);
const keys = keysOf('org1', ids);
let database: TestDatabase;
let buckets: TestBucket[];
let stores: ObjectStore[];
let third: FaultProxy;
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  await forgetStores(database.pool);
  third = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  buckets = await Promise.all([0, 1, 2].map(() => createTestBucket(serverVariable)));
  stores = buckets.map((bucket, node) =>
    createS3Store(bucket.options({ name: `node${node}`, ...(node === 2 && { endpoint: third.endpoint }) })),
  );
});
afterEach(async () => {
  for (const open of [...stores, ...buckets]) open.close();
  await third.close();
});
afterAll(() => database.drop());

function grantOf(workspaceId: string): Grant {
  return {
    deletionId: randomUUID(),
    organizationId: 'org1',
    workspaceId,
    epoch: 1,
    kind: DeletionKind.DELETION_PLANNED,
    grantTime: new Date(),
    participants: [],
    paused: false,
    blocksKept: false,
    retries: 0,
    replayOf: '',
    sweepTime: undefined,
    blocksDue: true,
  };
}
const pageOf = (realmId: string, cut = 1): OwnedPage => {
  const of = { organizationId: 'org1', realmId, ids, cut };
  return { ...of, ...releasedBody(of), blockIds: ids, epoch: 1 };
};
const sweep = (page: OwnedPage, on = stores) =>
  sweepPage(
    {
      pool: database.pool,
      stores: createStoreSet(
        database.pool,
        on.map((store) => ({ store, organizations: [] })),
      ),
      authority: { grant: (realmId) => Promise.resolve(grantOf(realmId)) },
      limits: { take: () => Promise.resolve(0) },
    },
    page,
  );
const ledgered = (realmId: string) => findPage(database.pool, realmId, 1, 0);
const left = async () => (await Promise.all(buckets.map((bucket) => bucket.contents()))).flat();
/** Some keys lie on every node, the others on one of them. */
const spread = () =>
  Promise.all(buckets.map((bucket, node) => bucket.put(...keys.filter((_, i) => i < 3 || i % 3 === node))));

describe('a page whose blocks lie on several stores', () => {
  it('is verified when they are gone from every one, wherever they were', async () => {
    await spread();
    const realmId = randomUUID();
    expect(await sweep(pageOf(realmId))).toMatchObject({
      kind: 'verified',
      result: { stores: ['node0', 'node1', 'node2'] },
    });
    expect(await left()).toEqual([]);
  });

  it('is blocked, and says by which, while one of them keeps a block', async () => {
    await spread();
    const [kept] = keys;
    const answer = `<DeleteResult><Error><Key>${kept}</Key><Code>AccessDenied</Code></Error></DeleteResult>`;
    third.fault = ({ operation, body }) =>
      operation === 'DeleteObjects' && body.includes(kept!)
        ? { kind: 'answer', status: 200, body: answer }
        : undefined;
    const realmId = randomUUID();
    const page = pageOf(realmId);
    // The keys that were not listed were asked for, too, and nothing says that they went.
    const reason = 'node2: 1 AccessDenied, 6 Unanswered';
    expect(await sweep(page)).toMatchObject({ kind: 'blocked', result: { reason } });
    expect(await left()).toContain(kept);
    third.fault = () => undefined;
    const before = await ledgered(realmId);
    expect(before?.outcomes.map((one) => [one.store, one.found, one.left, one.missing])).toEqual([
      ['node0', 6, 0, 6],
      ['node1', 6, 0, 6],
      ['node2', 6, 1, 6],
    ]);
    expect((await sweep({ ...page, cut: 2 })).kind).toBe('verified');
    expect(await left()).toEqual([]);
    // What the attempt before deleted was found, too.
    const after = await ledgered(realmId);
    expect(after?.outcomes.map((one) => [one.store, one.found, one.left, one.missing, one.versions])).toEqual(
      [
        ['node0', 6, 0, 6, 6],
        ['node1', 6, 0, 6, 6],
        ['node2', 6, 0, 6, 6],
      ],
    );
    expect(after?.outcomes[2]).toMatchObject({ storeId: stores[2]!.id, kind: 's3' });
  });

  it('keeps what earlier attempts deleted while a store does not answer', async () => {
    await spread();
    const realmId = randomUUID();
    const page = pageOf(realmId);
    third.fault = ({ operation }) =>
      operation === 'DeleteObjects'
        ? { kind: 'answer', status: 200, body: '<DeleteResult></DeleteResult>' }
        : undefined;
    expect((await sweep(page)).kind).toBe('blocked');
    await givePageUp({ pool: database.pool }, grantOf(realmId), { ...page, cut: 2 }, 'TimeoutError');
    expect(await ledgered(realmId)).toMatchObject({
      state: 'blocked',
      cut: 2,
      blocks_left: 12,
      outcomes: [{ found: 6 }, { found: 6 }, { found: 6, left: 6, versions: 0 }],
    });
    third.fault = () => undefined;
    expect((await sweep({ ...page, cut: 3 })).kind).toBe('verified');
    expect((await ledgered(realmId))?.outcomes.map(({ found, missing }) => [found, missing])).toEqual([
      [6, 6],
      [6, 6],
      [6, 6],
    ]);
  });

  it('is read back on a store that was added since, and swept there in a newer cut only', async () => {
    const realmId = randomUUID();
    const before = stores.slice(0, 2);
    expect((await sweep(pageOf(realmId), before)).kind).toBe('verified');
    await buckets[2]!.put(...keys);
    expect(await sweep(pageOf(realmId))).toEqual({ kind: 'back', reason: 'node2: 12 CameBack' });
    expect([await left(), (await ledgered(realmId))?.stores]).toEqual([keys, ['node0', 'node1']]);
    expect((await sweep(pageOf(realmId, 2))).kind).toBe('verified');
    expect(await left()).toEqual([]);
    expect(await ledgered(realmId)).toMatchObject({ cut: 2, stores: ['node0', 'node1', 'node2'] });
  });

  it('is verified on a store that was added since, when there is nothing on it', async () => {
    const realmId = randomUUID();
    await sweep(pageOf(realmId), stores.slice(0, 2));
    expect((await sweep(pageOf(realmId))).kind).toBe('settled');
    expect(await ledgered(realmId)).toMatchObject({
      stores: ['node0', 'node1', 'node2'],
      outcomes: [{ store: 'node0' }, { store: 'node1' }, { store: 'node2', found: 0, missing: 12 }],
    });
    expect((await ledgered(realmId))?.outcomes[2]?.readBack).toEqual(['listing']);
    expect(await sweep(pageOf(realmId, 2), stores.slice(0, 1))).toMatchObject({
      kind: 'blocked',
      result: { reason: expect.stringMatching(/^node1: NotConfigured/) as string },
    });
  });

  it('is blocked where one bucket is another than it should be: nothing is deleted, or said to be gone', async () => {
    await spread();
    const before = await left();
    const [realmId, empty] = [randomUUID(), await createTestBucket(serverVariable)];
    const wrong = createS3Store(empty.options({ name: 'node2', id: buckets[2]!.id }));
    expect(await sweep(pageOf(realmId), [...stores.slice(0, 2), wrong])).toMatchObject({
      kind: 'blocked',
      result: { blocks_left: keys.length, reason: expect.stringMatching(/^node2: NotRecognized/) as string },
    });
    expect([await left(), (await ledgered(realmId))?.state]).toEqual([before, 'blocked']);
    expect((await sweep(pageOf(realmId))).kind).toBe('verified');
    wrong.close();
    empty.close();
  });
});
