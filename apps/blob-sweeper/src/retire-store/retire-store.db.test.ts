import { randomUUID } from 'node:crypto';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rememberStores } from '../stores/store-registry.sql.js';
import { recordEnd } from '../sweep/end.sql.js';
import { recordPage, type PageResult, type StoreOutcome } from '../sweep/ledger.sql.js';
import { MIGRATIONS } from '../testing/world.js';
import { clearAll } from '../testing/world.sql.js';
import { retireStoreRpc } from './retire-store.rpc.js';
import { listRetirements } from './retire-store.sql.js';

let database: TestDatabase;
let [storeId, other, realmId]: string[] = [];
const logger = createLogger('test', 'silent');
beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  await clearAll(database.pool);
  [storeId, other, realmId] = [randomUUID(), randomUUID(), randomUUID()];
  await configure();
});
afterAll(() => database.drop());

const configure = () =>
  rememberStores(database.pool, [{ store_id: storeId!, organization_id: '', name: 'b', kind: 's3' }]);
const retire = (reason = 'emptied', retiredBy = 'ann') =>
  retireStoreRpc(database.pool, [], logger)({ storeId: storeId!, organizationId: '', retiredBy, reason });
const outcome = (id: string, over: Partial<StoreOutcome> = {}): StoreOutcome => ({
  ...{ store: 'b', storeId: id, kind: 's3', found: 10, left: 0, missing: 0 },
  ...{ versions: 10, uploads: 0, readBack: ['listing'] },
  ...over,
});
const verified = { state: 'verified', blocks_left: 0, reason: null } as const;
const record = (over: Partial<PageResult>) =>
  recordPage(database.pool, {
    ...{ realm_id: realmId!, epoch: 3, page_no: 0, organization_id: 'org1', cut: 1 },
    ...{ rows: 10, swept: 10, row_digest: Buffer.alloc(32, 1) },
    ...{ state: 'blocked', stores: ['b'], blocks_left: 3, reason: 'b: AccessDenied', blocked_until: null },
    outcomes: [outcome(storeId!, { left: 3 })],
    ...over,
  });
const notEmpty = { reason: 'STORE_NOT_EMPTY' };

describe('a store that showed blocks of a purge that a replay took the place of', () => {
  it('is retired when the replay saw the same blocks gone from it', async () => {
    await record({});
    await record({ epoch: 4, page_no: 7, outcomes: [outcome(storeId!)], ...verified });
    expect((await retire()).store?.retiredBy).toBe('ann');
  });

  it.each([
    ['has swept nothing yet', undefined],
    ['has only swept others', { row_digest: Buffer.alloc(32, 2) }],
    ['has fewer of them', { rows: 9, swept: 9 }],
    ['has not looked there', { outcomes: [outcome(randomUUID())] }],
    ['has them blocked', { state: 'blocked', blocks_left: 3, reason: 'a: AccessDenied' } as const],
  ])('is not while the replay %s', async (_, page) => {
    await record({});
    if (page) await record({ epoch: 4, outcomes: [outcome(storeId!)], ...verified, ...page });
    await expect(retire()).rejects.toMatchObject(notEmpty);
  });

  it('is by an operator’s word once the replay has ended: nothing will be swept of either any more', async () => {
    await record({});
    await recordEnd(database.pool, realmId!, 4, 0);
    expect((await retire('looked into it by hand')).store?.retireReason).toBe('looked into it by hand');
  });

  it('is not because another realm’s replay saw such blocks gone, or ended', async () => {
    await record({});
    const elsewhere = { realm_id: other!, epoch: 4, outcomes: [outcome(storeId!)], ...verified };
    await record(elsewhere);
    await recordEnd(database.pool, other!, 4, 1);
    await expect(retire()).rejects.toMatchObject(notEmpty);
  });
});

describe('RetireStore', () => {
  it('refuses a store that showed blocks of a page again that was verified', async () => {
    await record({ ...verified, outcomes: [outcome(storeId!, { left: 2 })] });
    await expect(retire()).rejects.toMatchObject({ ...notEmpty, facts: { blocks: '2' } });
  });

  it('refuses a store that said that something stays which it does not show', async () => {
    await record({ outcomes: [outcome(storeId!, { remains: { keys: 2, cut: 1 } })] });
    await expect(retire()).rejects.toMatchObject({ ...notEmpty, facts: { blocks: '2' } });
  });

  it('keeps each order, also when the store is configured again and retired anew', async () => {
    await retire('emptied on 3 May', 'ann');
    await configure();
    await retire('emptied on 5 May', 'bob');
    await retire('surely', 'cid');
    await configure();
    const orders = await listRetirements(database.pool, storeId!);
    expect(orders.map(({ retired_by, reason }) => [retired_by, reason])).toEqual([
      ['ann', 'emptied on 3 May'],
      ['bob', 'emptied on 5 May'],
      ['cid', 'surely'],
    ]);
    await expect(retireStoreRpc(database.pool, [], logger)(nobodys())).rejects.toMatchObject({
      reason: 'STORE_NOT_FOUND',
    });
    expect(await listRetirements(database.pool, other!)).toEqual([]);
  });

  it('says who in the log, and keeps the reason out of it, which may name somebody', async () => {
    const said: unknown[] = [];
    const listening = createLogger('test', 'silent');
    listening.warn = (what: unknown) => void said.push(what);
    const request = { storeId: storeId!, organizationId: '', retiredBy: 'ann', reason: 'emptied' };
    await retireStoreRpc(database.pool, [], listening)(request);
    expect(said).toEqual([{ storeId, organizationId: '', by: 'ann' }]);
  });
});

const nobodys = () => ({ storeId: other!, organizationId: '', retiredBy: 'ann', reason: 'emptied' });
