import { fileURLToPath } from 'node:url';
import { ListAuditEventsRequest } from '@lethe/contracts';
import { many, type Queryable } from '@lethe/postgres';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addManyEvents } from '../testing/audit.sql.js';
import { callerNamed } from '../testing/stories.js';
import { addOrganization, addUser } from '../testing/world.sql.js';
import { listAuditEventsRpc } from './list-audit-events.rpc.js';
import {
  countAuditEvents,
  listAuditEvents,
  type AuditFilter,
  type AuditPage,
} from './list-audit-events.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
/** All that one busy user did: so much is read to find the few of it that another filter lets through. */
const READ_AT_MOST = 50_000;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1');
  await addOrganization(db.pool, 'org10');
  for (let n = 0; n < 5; n++) await addUser(db.pool, 'org1', `busy${n}`, { orgRole: n === 0 ? 255 : 0 });
  await addManyEvents(db.pool, 'org10', 50_000);
  await addManyEvents(db.pool, 'org1', 250_000);
}, 120_000);
afterAll(() => db.drop());

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: Node[];
}

/** How often the audit was read from end to end, and how many of its rows, when the statement ran. */
async function reads(run: (on: Queryable) => Promise<unknown>): Promise<{ scans: number; rows: number }> {
  let [scans, rows] = [0, 0];
  const visit = (node: Node): void => {
    if (node['Relation Name'] === 'system_event') {
      if (node['Node Type'] === 'Seq Scan') scans += 1;
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
      rows += (node['Actual Rows'] + removed) * node['Actual Loops'];
    }
    node.Plans?.forEach(visit);
  };
  const explaining = {
    async query(text: string, values: unknown[]) {
      const explain = `explain (analyze, timing off, format json) ${text}`;
      const [row] = await many<{ 'QUERY PLAN': { Plan: Node }[] }>(db.pool, explain, values);
      visit(row!['QUERY PLAN'][0]!.Plan);
      return { rows: [{}], rowCount: 1 };
    },
  };
  await run(explaining as unknown as Queryable);
  return { scans, rows };
}

const EVERYTHING: AuditFilter = {
  organizationId: 'org1',
  ...{ doneBy: null, workspaceId: null, context: null, action: null },
  ...{ userId: null, contextId: null, fromTime: null, toTime: null },
};
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const workspaceId = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'; // md5('1')
/** Each kind of filter, with what is common and with what is rare or long ago. */
const FILTERS: Partial<AuditFilter>[][] = [
  [{ doneBy: 'busy1' }, { doneBy: 'rare' }],
  [{ workspaceId }],
  [{ context: 1 }, { context: 8 }],
  [{ action: 0 }, { action: 2 }],
  [{ userId: 'busy2' }, { userId: 'nobody' }],
  [{ contextId: 'thing4711' }],
  [{ fromTime: ago(1000) }, { toTime: ago(240_000) }, { fromTime: ago(200_000), toTime: ago(199_000) }],
];

/** All ways to choose at most one of each kind. */
function choices(kinds: readonly Partial<AuditFilter>[][]): AuditFilter[] {
  return kinds.reduce<AuditFilter[]>(
    (sofar, kind) => sofar.flatMap((filter) => [filter, ...kind.map((one) => ({ ...filter, ...one }))]),
    [EVERYTHING],
  );
}

describe('among 300 000 events', () => {
  const PAGES: Record<string, AuditPage> = {
    'a page': { before: undefined, skip: 0, limit: 101 },
    'the page behind many': { before: [ago(100_000).toISOString(), '200000'] as const, skip: 0, limit: 101 },
    'a page after the largest skip': { before: undefined, skip: 10_000, limit: 101 },
  };
  it.each(Object.entries(PAGES))('%s is read from an index, by whatever filter', async (_, page) => {
    for (const filter of choices(FILTERS)) {
      const { scans, rows } = await reads((on) => listAuditEvents(on, filter, page));
      expect(scans, JSON.stringify(filter)).toBe(0);
      expect(rows, JSON.stringify(filter)).toBeLessThanOrEqual(READ_AT_MOST);
    }
  });

  it('so is the count', async () => {
    for (const filter of choices(FILTERS)) {
      const { scans, rows } = await reads((on) => countAuditEvents(on, filter, 10_000));
      expect(scans, JSON.stringify(filter)).toBe(0);
      expect(rows, JSON.stringify(filter)).toBeLessThanOrEqual(READ_AT_MOST);
    }
  });

  it('the count ends at 10 000', async () => {
    const request = ListAuditEventsRequest.fromPartial({ pageSize: 1 });
    const { totalSize } = await listAuditEventsRpc(db.pool)({ ...request, caller: callerNamed('busy0') });
    expect(totalSize).toBe(10_000);
  });

  it('this test would notice a query that walks no index', async () => {
    const { scans, rows } = await reads((on) => on.query('select from system_event where not by_operator'));
    expect([scans, rows]).toEqual([1, 300_000]);
  });
});
