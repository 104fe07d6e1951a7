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
import { recordEnd } from '../sweep/end.sql.js';
import { blockIds, keysOf } from '../testing/keys.js';
import { createStoreSet } from '../stores/store-set.js';
import { MIGRATIONS, releasedBody } from '../testing/world.js';
import { forgetStores } from '../testing/world.sql.js';
import { givePageUp, sweepPage, type OwnedPage } from './sweep-page.js';

const ids = blockIds('remains', 12);
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
const RETRY = 2 ** 32;

describe('a page of which a store says that something stays', () => {
  const [kept] = keys as [string];
  const answer = `<Error><Key>${kept}</Key><Code>SLODeleteError</Code></Error>`;
  const part = (body: string) =>
    body
      .replace(/<Deleted>.*?<\/Deleted>/gs, (item) => (item.includes(kept) ? '' : item))
      .replace('</DeleteResult>', `${answer}</DeleteResult>`);
  const say = (times: number) => {
    let left = times;
    third.fault = ({ operation }) =>
      operation === 'DeleteObjects' && left-- > 0 ? { kind: 'rewrite', rewrite: part } : undefined;
  };

  it.each([
    ['seen', keys],
    ['not listed', keys.slice(1)],
  ])('is blocked though nothing is listed any more, until a retry is ordered (%s)', async (_, put) => {
    await buckets[2]!.put(...put);
    say(1);
    const page = pageOf(randomUUID());
    const blocked = { kind: 'blocked', result: { blocks_left: 1, reason: 'node2: 1 SLODeleteError' } };
    expect(await sweep(page)).toMatchObject(blocked);
    expect(await buckets[2]!.contents()).toEqual([]);
    for (const cut of [1, 2]) expect(await sweep({ ...page, cut })).toMatchObject(blocked);
    expect(await ledgered(page.realmId)).toMatchObject({ state: 'blocked', cut: 2 });
    expect((await sweep({ ...page, cut: RETRY + 1 })).kind).toBe('verified');
    expect(await ledgered(page.realmId)).toMatchObject({
      ...{ state: 'verified', reason: null },
      outcomes: [{}, {}, { found: 11, left: 0 }],
    });
  });

  it('keeps that while a store does not answer, and is swept when a retry has got to it', async () => {
    await buckets[2]!.put(...keys);
    say(1);
    const page = pageOf(randomUUID());
    await sweep(page);
    const reason = 'TimeoutError; node2: 1 SLODeleteError';
    for (const cut of [2, RETRY + 1]) {
      await givePageUp({ pool: database.pool }, grantOf(page.realmId), { ...page, cut }, 'TimeoutError');
      expect(await ledgered(page.realmId)).toMatchObject({ cut, state: 'blocked', reason });
      if (cut === 2) expect(await sweep({ ...page, cut: 3 })).toMatchObject({ kind: 'blocked' });
    }
    expect((await sweep({ ...page, cut: RETRY + 2 })).kind).toBe('verified');
  });

  it('is blocked too where another request of its sweep was not answered', async () => {
    await buckets[2]!.put(...keys);
    let said = false;
    third.fault = ({ operation }) => {
      if (said) return { kind: 'answer', status: 400, body: '<Error><Code>InvalidArgument</Code></Error>' };
      said = operation === 'DeleteObjects';
      return said ? { kind: 'rewrite', rewrite: part } : undefined;
    };
    const page = pageOf(randomUUID());
    const first = await sweep(page);
    third.fault = () => undefined;
    const second = await sweep({ ...page, cut: 2 });
    for (const outcome of [first, second])
      expect(outcome).toMatchObject({
        kind: 'blocked',
        result: { reason: expect.stringContaining('SLODeleteError') as string },
      });
    expect((await sweep({ ...page, cut: RETRY + 1 })).kind).toBe('verified');
  });

  it('is blocked too where another store did not answer', async () => {
    await buckets[2]!.put(...keys);
    say(1);
    const list = stores[0]!.listVersions.bind(stores[0]);
    stores[0]!.listVersions = () => Promise.reject(new Error('away'));
    const page = pageOf(randomUUID());
    const reason = 'node0: Error; node2: 1 SLODeleteError';
    expect(await sweep(page)).toMatchObject({ kind: 'blocked', result: { reason } });
    stores[0]!.listVersions = list;
    expect(await sweep({ ...page, cut: 2 })).toMatchObject({ kind: 'blocked', result: { reason } });
    expect((await sweep({ ...page, cut: RETRY + 1 })).kind).toBe('verified');
  });
});

describe('the ledger of a sweep that has ended', () => {
  it('is not touched by a page that is given up, nor by one whose stores are unsure', async () => {
    const page = pageOf(randomUUID());
    expect((await sweep(page)).kind).toBe('verified');
    const row = await ledgered(page.realmId);
    await recordEnd(database.pool, page.realmId, 1, 1);
    expect((await sweep({ ...page, cut: 2 }, [])).kind).toBe('blocked');
    await givePageUp({ pool: database.pool }, grantOf(page.realmId), { ...page, cut: 2 }, 'TimeoutError');
    const known = {
      ...grantOf(page.realmId),
      participants: [{ participant: 'realm-purge', evidence: { blocks: { pages: 1 } } }],
    } as unknown as Grant;
    const other = { ...page, page: 1 };
    await givePageUp({ pool: database.pool }, known, other, 'TimeoutError');
    expect(await ledgered(page.realmId)).toEqual(row);
    expect(await findPage(database.pool, page.realmId, 1, 1)).toBeUndefined();
  });
});
