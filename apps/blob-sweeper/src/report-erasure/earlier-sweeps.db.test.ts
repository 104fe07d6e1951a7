import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { createLogger, createMetrics, type Metrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rememberStores } from '../stores/store-registry.sql.js';
import { listUnreported, recordEnd } from '../sweep/end.sql.js';
import { recordPage, type PageResult, type StoreOutcome } from '../sweep/ledger.sql.js';
import { createScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { MIGRATIONS } from '../testing/world.js';
import { clearAll, forgetStores, retire } from '../testing/world.sql.js';
import { reportErasures } from './report-erasure.loop.js';

let database: TestDatabase;
let authority: ScriptedAuthority;
let metrics: Metrics;
let realmId: string;

beforeAll(async () => {
  database = await createTestDatabase(MIGRATIONS);
});
beforeEach(async () => {
  authority = await createScriptedAuthority();
  metrics = createMetrics('test');
  realmId = randomUUID();
});
afterEach(async () => {
  await authority.stop();
  await clearAll(database.pool);
});
afterAll(() => database.drop());

const run = async () => {
  const logger = createLogger('t', 'silent');
  const reporter = { pool: database.pool, authority: authority.client, logger, metrics };
  return (await reportErasures(reporter)).counts;
};
const alarms = async (alarm: string) =>
  (await metrics.alarms.get()).values.find(({ labels }) => labels.alarm === alarm)?.value ?? 0;
const open = async () =>
  (await listUnreported(database.pool, ['00000000-0000-0000-0000-000000000000', 0], 9)).length;
const digest = (n: number) => createHash('sha256').update(`${n}`).digest();
const IDS = { a: randomUUID(), b: randomUUID() };
const outcome = (store: 'a' | 'b', over: Partial<StoreOutcome> = {}): StoreOutcome => ({
  ...{ store, storeId: IDS[store], kind: 's3', found: 10, left: 0, missing: 0 },
  ...{ versions: 10, uploads: 0, readBack: ['listing'] },
  ...over,
});
const remember = (...stores: ('a' | 'b')[]) =>
  rememberStores(
    database.pool,
    stores.map((name) => ({ store_id: IDS[name], organization_id: '', name, kind: 's3' as const })),
  );
const record = (epoch: number, page_no: number, over: Partial<PageResult> = {}) =>
  recordPage(database.pool, {
    ...{ realm_id: realmId, epoch, page_no, organization_id: 'org1', cut: 1 },
    ...{ rows: 10, swept: 10, row_digest: digest(page_no) },
    ...{ state: 'verified', stores: ['a', 'b'], outcomes: [outcome('a'), outcome('b')] },
    ...{ blocks_left: 0, reason: null, blocked_until: null },
    ...over,
  });
const blocked = (...outcomes: StoreOutcome[]) =>
  ({ state: 'blocked', blocks_left: 3, reason: 'b: AccessDenied', outcomes }) as const;
const leftInB = blocked(outcome('a'), outcome('b', { left: 3 }));
/** The replay, of which the realm's rows made so many pages. */
const replayed = (pages: number) => {
  authority.grant(realmId, 'org1', 4);
  authority.released(realmId, { pages });
};
const refused = { reported: 0, incomplete: 1 };

describe('a replay of a sweep that was never reported', () => {
  beforeEach(() => remember('a', 'b'));

  it('over nothing is reported when the sweep before it had swept all that it had', async () => {
    for (const page of [0, 1]) await record(3, page);
    await recordEnd(database.pool, realmId, 3, 2);
    replayed(0);
    authority.grant(realmId, 'org1', 3);
    expect(await run()).toMatchObject({ incomplete: 0 });
    expect(authority.reports.get(realmId)).toContainEqual(
      expect.objectContaining({ blocks: expect.objectContaining({ pages: 0 }) as unknown }),
    );
  });

  it('is not reported while blocks that were seen left were not swept since', async () => {
    await record(3, 0, leftInB);
    replayed(0);
    expect(await run()).toMatchObject(refused);
    expect(await alarms('ledger_incomplete')).toBe(1);
    expect(authority.reports.size).toBe(0);
    await record(4, 0, { row_digest: digest(9) });
    expect(await run()).toMatchObject(refused);
  });

  it('is reported when it swept the same blocks, in whatever page', async () => {
    await record(3, 7, leftInB);
    await record(3, 8);
    await record(4, 0, { row_digest: digest(7), swept: 9, outcomes: swept(9) });
    replayed(1);
    expect(await run()).toMatchObject({ reported: 1 });
  });

  it.each([
    ['something is left in it', leftInB, IDS.b],
    ['it was not looked into', { outcomes: [outcome('a')], stores: ['a'] }, IDS.b],
    ['nothing was known of its page', blocked(outcome('a', { readBack: [] })), undefined],
    ['its keys are not all accounted for', { outcomes: [outcome('a'), outcome('b', { found: 9 })] }, IDS.b],
    ['something stays in it', blocked(outcome('a'), outcome('b', { remains: { keys: 1, cut: 1 } })), IDS.b],
  ])('over nothing is refused where %s, until that store is retired', async (_, page, store) => {
    await record(3, 0, page);
    replayed(0);
    expect(await run()).toMatchObject(refused);
    if (store === undefined) await retire(database.pool, IDS.b);
    await retire(database.pool, store ?? IDS.a);
    expect(await run()).toMatchObject({ reported: 1, incomplete: 0 });
  });

  it('is refused where a page is blocked of which nothing was ever known', async () => {
    await record(3, 0, { ...blocked(), stores: [] });
    await clearStores();
    replayed(0);
    expect(await run()).toMatchObject(refused);
  });

  it('is reported where the authority has the report that this ledger was set back behind', async () => {
    await record(3, 0, leftInB);
    await recordEnd(database.pool, realmId, 3, 2);
    authority.grant(realmId, 'org1', 3);
    authority.released(realmId, { pages: 2 }, 'blob-sweeper');
    authority.grant(realmId, 'org1', 4);
    await recordEnd(database.pool, realmId, 4, 0);
    // That of the third is there already, and that of the fourth is made.
    expect(await run()).toMatchObject({ reported: 2, incomplete: 0 });
    expect(authority.reports.get(realmId)).toHaveLength(1);
    expect([await open(), await alarms('ledger_incomplete')]).toEqual([0, 0]);
  });

  it('is reported where nothing was known of a page, once an operator has retired every store', async () => {
    await record(3, 0, { ...blocked(), stores: [] });
    replayed(0);
    await retire(database.pool, IDS.a);
    expect(await run()).toMatchObject(refused);
    await retire(database.pool, IDS.b);
    expect(await run()).toMatchObject({ reported: 1 });
  });

  it('is refused where pages of it are lost, unless there are as many of its own', async () => {
    await record(3, 0);
    await recordEnd(database.pool, realmId, 3, 2);
    replayed(1);
    await record(4, 0);
    expect(await run()).toMatchObject({ reported: 0, incomplete: 1 });
    const whole = randomUUID();
    [realmId] = [whole];
    await record(3, 0);
    await recordEnd(database.pool, realmId, 3, 2);
    for (const page of [0, 1]) await record(4, page);
    replayed(2);
    await run();
    expect(authority.reports.has(whole)).toBe(true);
  });

  it('does not forget that something stays, until a retry of it was ordered', async () => {
    await record(3, 0, blocked(outcome('a'), outcome('b', { remains: { keys: 1, cut: 1 } })));
    await record(4, 0);
    replayed(1);
    expect(await run()).toMatchObject(refused);
    const other = await createScriptedAuthority();
    await authority.stop();
    authority = other;
    replayed(1);
    authority.intervene(realmId, { retries: 1 });
    expect(await run()).toMatchObject({ reported: 1 });
  });

  it('is not held by what was reported, by what comes after it, or by another realm', async () => {
    await record(4, 0);
    await record(5, 0, leftInB);
    await record(3, 0, { realm_id: randomUUID(), ...leftInB });
    replayed(1);
    expect(await run()).toMatchObject({ reported: 1 });
    await remember('a', 'b');
    const added = { store_id: randomUUID(), organization_id: '', name: 'c', kind: 's3' } as const;
    await rememberStores(database.pool, [added]);
    authority.reports.clear();
    authority.revoke(realmId);
    authority.grant(realmId, 'org1', 6);
    authority.released(realmId, { pages: 0 });
    await record(5, 0, { ...blockedNoMore, cut: 2 });
    expect(await run()).toMatchObject(refused);
    await retire(database.pool, added.store_id);
    expect(await run()).toMatchObject({ reported: 1 });
  });
});

describe('an end that the authority has no grant of', () => {
  it('is over: it is looked at no more, and raises no alarm, until it is granted again', async () => {
    authority.grant(realmId, 'org1', 3);
    authority.released(realmId, { pages: 1 });
    await recordEnd(database.pool, realmId, 3, 1);
    authority.revoke(realmId);
    expect(await run()).toMatchObject({ over: 1, incomplete: 0 });
    expect(await run()).toMatchObject({ over: 0 });
    expect([await open(), await alarms('ledger_incomplete'), await alarms('report_refused')]).toEqual([
      0, 0, 0,
    ]);
    authority.grant(realmId, 'org1', 3);
    authority.released(realmId, { pages: 1 });
    await record(3, 0);
    await remember('a', 'b');
    expect(await run()).toMatchObject({ ended: 1, over: 0 });
  });

  it('is over as well when that shows at the report', async () => {
    authority.grant(realmId, 'org1', 3);
    authority.released(realmId, { pages: 0 });
    authority.refuse = (method) => {
      if (method === 'reportErasure')
        throw new RefusalError({ code: status.NOT_FOUND, reason: 'NO_GRANT', message: 'superseded' });
    };
    expect(await run()).toMatchObject({ over: 1, refused: 0 });
    expect([await open(), await alarms('report_refused')]).toEqual([0, 0]);
  });

  it('is none while the authority is away', async () => {
    await recordEnd(database.pool, realmId, 3, 0);
    authority.refuse = (method) => {
      if (method === 'getGrant') throw new Error('away');
    };
    expect(await run()).toMatchObject({ over: 0, failed: 1 });
    expect(await open()).toBe(1);
  });
});

describe('pages of a ledger beyond what was released', () => {
  beforeEach(() => remember('a', 'b'));

  it('are those of an older cut of the realm: they count for nothing', async () => {
    for (const page of [0, 1, 2]) await record(4, page);
    replayed(2);
    expect(await run()).toMatchObject({ reported: 1 });
    expect(authority.reports.get(realmId)?.[0]?.blocks).toMatchObject({ pages: 2, blocksTotal: 20 });
  });

  it('are not passed over while one is blocked, unless the same blocks went in another', async () => {
    for (const page of [0, 1]) await record(4, page);
    await record(4, 2, leftInB);
    replayed(2);
    expect(await run()).toMatchObject(refused);
    await record(4, 2, { ...leftInB, row_digest: digest(1), cut: 2 });
    expect(await run()).toMatchObject({ reported: 1 });
  });
});

describe('the stores of a report', () => {
  it('have their present names, though a new one took the name of an old one', async () => {
    const named = (store: string, storeId: string) => outcome('a', { store, storeId });
    await record(4, 0, { outcomes: [named('archive', IDS.a), named('primary', IDS.b)] });
    await record(4, 1, { outcomes: [named('primary', IDS.a), named('primary', IDS.b)] });
    await rememberStores(database.pool, [
      { store_id: IDS.a, organization_id: '', name: 'archive', kind: 's3' },
      { store_id: IDS.b, organization_id: '', name: 'primary', kind: 's3' },
    ]);
    replayed(2);
    await run();
    expect(authority.reports.get(realmId)?.[0]?.blocks?.stores).toEqual(['archive', 'primary']);
  });
});

const swept = (found: number) => [outcome('a', { found }), outcome('b', { found })];
const blockedNoMore = { state: 'verified', blocks_left: 0, reason: null } as const;
const clearStores = () => forgetStores(database.pool);
