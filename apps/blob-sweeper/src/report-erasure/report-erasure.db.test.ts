import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { createLogger, createMetrics, type Logger, type Metrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPage, recordPage, type PageResult, type StoreOutcome } from '../sweep/ledger.sql.js';
import { listUnreported } from '../sweep/end.sql.js';
import { rememberStores } from '../stores/store-registry.sql.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { MIGRATIONS } from '../testing/world.js';
import { clearAll, forgetReports, retire } from '../testing/world.sql.js';
import { reportErasures } from './report-erasure.loop.js';

let database: TestDatabase;
let authority: ScriptedAuthority;
let metrics: Metrics;
let realmId: string;
let logger: Logger;

beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  authority = await createScriptedAuthority();
  metrics = createMetrics('test');
  logger = createLogger('t', 'silent');
  realmId = randomUUID();
  authority.grant(realmId, 'org1');
});
afterEach(async () => {
  await authority.stop();
  await clearAll(database.pool);
});
afterAll(() => database.drop());

const run = async (signal?: AbortSignal) => {
  const reporter = {
    pool: database.pool,
    authority: authority.client,
    logger,
    metrics,
  };
  return (await reportErasures(reporter, signal)).counts;
};
const digest = (n: number) => createHash('sha256').update(`${n}`).digest();
const STORE_IDS = { a: randomUUID(), b: randomUUID() };
const outcome = (store: 'a' | 'b', over: Partial<StoreOutcome> = {}): StoreOutcome => ({
  store,
  storeId: STORE_IDS[store],
  kind: 's3',
  found: 980,
  left: 0,
  missing: 10,
  versions: 1_000,
  uploads: 1,
  readBack: ['listing'],
  ...over,
});
const record = (page_no: number, over: Partial<PageResult> = {}) =>
  recordPage(database.pool, {
    realm_id: realmId,
    epoch: 3,
    page_no,
    organization_id: 'org1',
    rows: 1_000,
    swept: 990,
    row_digest: digest(page_no),
    cut: 1,
    state: 'verified',
    stores: ['a', 'b'],
    outcomes: [outcome('a'), outcome('b', { found: 0, missing: 990, versions: 0, readBack: ['lookup'] })],
    blocks_left: 0,
    reason: null,
    blocked_until: null,
    ...over,
  });
const blocked = { state: 'blocked', blocks_left: 3, reason: 'a: AccessDenied' } as const;
const alarms = async (alarm: string) =>
  (await metrics.alarms.get()).values.find(({ labels }) => labels.alarm === alarm)?.value ?? 0;
const NO_REALM = '00000000-0000-0000-0000-000000000000';
const open = async () => (await listUnreported(database.pool, [NO_REALM, 0], 9)).length;

/** RFC 9162, 2.1.1, word for word, over leaves put together here. */
function rootOf(pages: readonly number[]): Buffer {
  const sha = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const leaf = (page: number) => {
    const numbers = Buffer.from(`${page.toString(16).padStart(16, '0')}000003e8000003de`, 'hex');
    return sha(Buffer.of(0), numbers, digest(page));
  };
  const tree = (hashes: Buffer[]): Buffer => {
    if (hashes.length < 2) return hashes[0] ?? sha();
    let k = 1;
    while (k * 2 < hashes.length) k *= 2;
    return sha(Buffer.of(1), tree(hashes.slice(0, k)), tree(hashes.slice(k)));
  };
  return tree(pages.map(leaf));
}

describe('reportErasures', () => {
  it('reports nothing before the pages were counted by whoever released them', async () => {
    await record(0);
    expect(await run()).toMatchObject({ found: 1, ended: 0, reported: 0 });
    expect(authority.reports.size).toBe(0);
  });

  it('reports counts, stores and the root of the ledger, the same whenever it does', async () => {
    for (const page of [4, 0, 3, 1, 2]) await record(page);
    authority.released(realmId, { pages: 5 });
    let failures = 1;
    authority.refuse = (method) => {
      if (method === 'reportErasure' && failures-- > 0)
        throw new RefusalError({ code: status.UNAVAILABLE, reason: 'AWAY', message: 'away' });
    };
    expect(await run()).toMatchObject({ reported: 0, failed: 1 });
    expect(await run()).toMatchObject({ reported: 1, failed: 0 });
    const blocks = {
      pages: 5,
      blocksTotal: 5_000,
      blocksSwept: 4_950,
      blocksRetained: 50,
      root: rootOf([0, 1, 2, 3, 4]),
      stores: ['a', 'b'],
      byStore: [
        {
          store: 'a',
          storeId: STORE_IDS.a,
          kind: 's3',
          keysFound: 4_900,
          keysMissing: 50,
          versionsDeleted: 5_000,
          uploadsAborted: 5,
          readBack: ['listing'],
        },
        {
          store: 'b',
          storeId: STORE_IDS.b,
          kind: 's3',
          keysFound: 0,
          keysMissing: 4_950,
          versionsDeleted: 0,
          uploadsAborted: 5,
          readBack: ['lookup'],
        },
      ],
      bytesTotal: 0,
    };
    expect(authority.reports.get(realmId)).toEqual([{ removed: { blocks: 4_950 }, blocks }]);
    expect(await run()).toMatchObject({ reported: 0 });
  });

  it('tells the time of a report that a crash kept it from writing down', async () => {
    await record(0);
    authority.released(realmId, { pages: 1 });
    await run();
    const before = authority.reports.get(realmId)?.[0];
    await forgetReports(database.pool);
    // The authority, which has the report, does not list the grant as open any more.
    expect(await run()).toMatchObject({ found: 0, reported: 1 });
    expect(authority.reports.get(realmId)).toEqual([before, before]);
    expect(await open()).toBe(0);
  });

  it('reports again to an authority that has forgotten the report', async () => {
    await record(0);
    authority.released(realmId, { pages: 1 });
    await run();
    authority.reports.delete(realmId);
    expect(await run()).toMatchObject({ reported: 1 });
    expect(authority.reports.get(realmId)).toHaveLength(1);
  });

  it('alarms and reports nothing while a page was read back on other stores than the rest', async () => {
    for (const page of [0, 1])
      await record(page, page === 1 ? { stores: ['a'], outcomes: [outcome('a')] } : {});
    authority.released(realmId, { pages: 2 });
    expect(await run()).toMatchObject({ reported: 0, incomplete: 1 });
    expect(await alarms('ledger_incomplete')).toBe(1);
    await record(1, { cut: 2 });
    expect(await run()).toMatchObject({ reported: 1 });
  });

  it('leaves out a store that was retired in the middle, and says nothing of it', async () => {
    await record(0);
    await record(1, { stores: ['a'], outcomes: [outcome('a')] });
    authority.released(realmId, { pages: 2 });
    await rememberStores(database.pool, [
      { store_id: STORE_IDS.b, organization_id: '', name: 'b', kind: 's3' },
    ]);
    expect(await run()).toMatchObject({ reported: 0, incomplete: 1 });
    await retire(database.pool, STORE_IDS.b);
    expect(await run()).toMatchObject({ reported: 1 });
    expect(authority.reports.get(realmId)?.[0]?.blocks).toMatchObject({
      stores: ['a'],
      byStore: [{ store: 'a', keysFound: 1_960, keysMissing: 20 }],
    });
  });

  it('alarms and reports nothing while a store is known that no page was read back on', async () => {
    await record(0);
    authority.released(realmId, { pages: 1 });
    const added = { store_id: randomUUID(), name: 'c', kind: 's3' } as const;
    await rememberStores(database.pool, [{ ...added, organization_id: 'org2' }]);
    await rememberStores(database.pool, [{ ...added, organization_id: 'org1' }]);
    expect(await run()).toMatchObject({ reported: 0, incomplete: 1 });
    expect(await alarms('ledger_incomplete')).toBe(1);
    await retire(database.pool, added.store_id, 'org1');
    await rememberStores(database.pool, [{ ...added, organization_id: '' }]);
    expect(await run()).toMatchObject({ reported: 0, incomplete: 1 });
    await retire(database.pool, added.store_id);
    expect(await run()).toMatchObject({ reported: 1, incomplete: 0 });
    expect(authority.reports.get(realmId)?.[0]?.blocks).toMatchObject({ stores: ['a', 'b'] });
  });

  it.each([
    ['of which no store is known', { outcomes: [] }],
    ['whose blocks are not all accounted for', { outcomes: [outcome('a', { missing: 9 }), outcome('b')] }],
  ])('reports nothing while there is a page %s', async (_, page) => {
    await record(0, page);
    authority.released(realmId, { pages: 1 });
    expect(await run()).toMatchObject({ reported: 0, incomplete: 1 });
  });

  it('warns when no store held a single block, and reports what was counted', async () => {
    const nothing = { found: 0, missing: 990, versions: 0, uploads: 0 };
    await record(0, { outcomes: [outcome('a', nothing), outcome('b', nothing)] });
    authority.released(realmId, { pages: 1 });
    const warned: string[] = [];
    logger.warn = (_: unknown, text = '') => void warned.push(text);
    expect(await run()).toMatchObject({ reported: 1 });
    expect(warned).toEqual([expect.stringContaining('no store held a single block')]);
  });

  it('hears of the end from whoever released the pages, and from nobody else', async () => {
    await record(0);
    authority.released(realmId, { pages: 0 }, 'search-index');
    expect(await run()).toMatchObject({ ended: 0, reported: 0 });
  });

  it('reports a realm that had no page', async () => {
    authority.released(realmId, { pages: 0 });
    expect(await run()).toMatchObject({ reported: 1 });
    const root = createHash('sha256').digest();
    const nothing = {
      pages: 0,
      blocksTotal: 0,
      blocksSwept: 0,
      blocksRetained: 0,
      root,
      stores: [],
      byStore: [],
      bytesTotal: 0,
    };
    expect(authority.reports.get(realmId)).toEqual([{ removed: { blocks: 0 }, blocks: nothing }]);
  });

  it.each([
    ['a page is missing', 3, {}],
    ['a page is blocked', 2, blocked],
  ])('alarms and reports nothing while %s', async (_, pages, second) => {
    await record(0);
    await record(1, second);
    authority.released(realmId, { pages });
    expect(await run()).toMatchObject({ incomplete: 1, reported: 0 });
    expect(authority.reports.size).toBe(0);
    expect(await alarms('ledger_incomplete')).toBe(1);
    expect(await open()).toBe(1);
  });

  it('counts a blocked page as missing even when the number of pages fits', async () => {
    await record(0);
    await record(1);
    await record(2, blocked);
    authority.released(realmId, { pages: 2 });
    expect(await run()).toMatchObject({ incomplete: 1, reported: 0 });
  });

  it('alarms when the authority refuses, and goes on with the others', async () => {
    authority.released(realmId, { pages: 0 });
    const others = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    for (const other of others) {
      authority.grant(other, 'org1');
      authority.released(other, { pages: 0 });
    }
    authority.refuse = (method, realm) => {
      if (method === 'reportErasure' && realm === realmId)
        throw new RefusalError({
          code: status.FAILED_PRECONDITION,
          reason: 'EVIDENCE_CHANGED',
          message: 'no',
        });
      if (method === 'reportErasure' && realm === others[0]) throw new Error('not as it should be');
    };
    expect(await run()).toMatchObject({ found: 5, ended: 5, reported: 3, refused: 1, failed: 1 });
    expect(await alarms('report_refused')).toBe(1);
    expect([...authority.reports.keys()].sort()).toEqual(others.slice(1).sort());
  });

  it('rejects while the authority is away, and stops between two reports', async () => {
    authority.refuse = (method) => {
      if (method === 'listOpenGrants') throw new Error('away');
    };
    await expect(run()).rejects.toThrow();
    authority.refuse = () => undefined;
    authority.released(realmId, { pages: 0 });
    expect(await run(AbortSignal.abort())).toMatchObject({ reported: 0 });
    expect(authority.reports.size).toBe(0);
  });
});

describe('the ledger', () => {
  it('keeps what is verified, whoever comes late', async () => {
    await record(0, { swept: 999 });
    expect(await record(0, blocked)).toBe(0);
    expect(await record(0, { swept: 998 })).toBe(0);
    expect(await findPage(database.pool, realmId, 3, 0)).toMatchObject({ state: 'verified', swept: 999 });
  });
});
