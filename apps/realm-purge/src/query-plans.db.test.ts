import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { many, type Pool, type Queryable } from '@lethe/postgres';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { condemn, condemnedAmong, forgetPardoned, listCondemned, pardon } from './condemned/condemned.sql.js';
import { listSteppable, sumPagesOfEach } from './purge/purge.sql.js';
import { countFlying, countOutstanding, lockDue } from './release-blocks/release-blocks.sql.js';
import { listSettledPages } from './report-erasure/report-erasure.sql.js';
import { listProgressing } from './report-progress/report-progress.sql.js';
import { isBlocked, lockReleasedPage, ringNextInLine } from './settle-pages/settle-pages.sql.js';
import { blocksWithin } from './store/lethe/known-blocks.sql.js';
import { letheStore as store } from './store/lethe/lethe-store.js';
import { addLimits } from './testing/limits.sql.js';
import { addPagesOfOthers, addPurges, addSettledPages, analyze } from './testing/pages.sql.js';
import { addRandomBlocks, addRealm, blocksOf } from './testing/world.sql.js';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
const BLOCKS = 200_000;
let db: TestDatabase;
let realmId: string;
let ids: string[];
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  realmId = await addRealm(db.pool, 'org1', { keys: 3_000, vlobs: 20_000, state: 'fenced' });
  await addRandomBlocks(db.pool, realmId, BLOCKS / 2);
  for (let n = 0; n < 10; n++) await addRealm(db.pool, 'org1', { blocks: BLOCKS / 20 });
  await addPurges(db.pool, realmId, 5_000);
  await addSettledPages(db.pool, realmId, 10_000);
  await addLimits(db.pool, 1_000);
  await addPagesOfOthers(db.pool, realmId, 10);
  const order = { organizationId: 'org1', orderedBy: 'operator-1', listDigest: '' };
  for (const inSeconds of [undefined, 0, 3_600]) {
    const some = Array.from({ length: 10_000 }, () => randomUUID());
    await condemn(db.pool, order, some, 0);
    if (inSeconds !== undefined) await pardon(db.pool, 'org1', some, inSeconds);
  }
  await analyze(db.pool);
  ids = await blocksOf(db.pool, realmId);
}, 120_000);
afterAll(() => db.drop());

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly Plans?: Node[];
}

const CHANGES = /\b(?:delete|update|insert)\b/;

/** The statements that a query function sends, explained; those that change something are not run. */
async function planOf(pool: Pool, run: (db: Queryable) => Promise<unknown>): Promise<Node[]> {
  const nodes: Node[] = [];
  const explaining = {
    async query(text: string, values: unknown[]) {
      if (/^(savepoint|rollback)/.test(text)) return { rows: [], rowCount: 0 };
      const rows = await many<{ 'QUERY PLAN': { Plan: Node }[] }>(
        pool,
        `explain (format json) ${text}`,
        values,
      );
      const visit = (node: Node): void => {
        nodes.push(node);
        node.Plans?.forEach(visit);
      };
      visit(rows[0]!['QUERY PLAN'][0]!.Plan);
      return CHANGES.test(text) ? { rows: [{}], rowCount: 1 } : pool.query(text, values);
    },
  };
  await run(explaining as unknown as Queryable);
  return nodes;
}

const LAST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const first = () => ids[50_000]!;
const range = () => ({ first: first(), last: ids[50_999]! });
const realm = () => ({ realmId, organizationId: 'org1' });
const QUERIES: Record<string, (db: Queryable) => Promise<unknown>> = {
  'the count': (on) => store.countBlocks(on, realmId, first(), 1_000),
  'the next pages, with who shares their blocks': (on) => store.nextPages(on, realm(), first(), 16, 1_000),
  'a page again': (on) => store.pageIn(on, realm(), range(), 1_000),
  'the window': (on) => countOutstanding(on, { realm_id: realmId, organization_id: 'org1' }),
  'lost pages': (on) => lockDue(on, 'lost', realmId, 1_000, 16),
  'blocked pages': (on) => lockDue(on, 'blocked', realmId, 1_000, 16),
  "a receipt's page": (on) => lockReleasedPage(on, realmId, 1, 7),
  'the rows of a receipt': (on) =>
    store.removeExactly(on, realmId, range(), { rows: 1_000, digest: Buffer.alloc(32) }),
  'the re-scan': (on) => store.remainder(on, realmId),
  'ids that must not be taken up': (on) => store.beingDeleted(on, realm(), ids.slice(0, 100)),
  'known blocks of a range': (on) => blocksWithin(on, 'org1', first(), ids[50_999]!, 1_000),
  'the last known blocks': (on) => blocksWithin(on, 'org1', first(), LAST, 1_000),
  'ids that no row names': (on) => store.unnamed(on, 'org1', ids.slice(0, 1_000)),
  'whether an organization is known': (on) => store.knowsOrganization(on, 'org1'),
  'condemned ids among some': (on) => condemnedAmong(on, 'org1', ids.slice(0, 100)),
  'condemned ids in order': (on) => listCondemned(on, 'org1', first(), 1_000),
  'a pardon': (on) => pardon(on, 'org1', ids.slice(0, 1_000), 0),
  'pardons that are over': (on) => forgetPardoned(on, 'org1'),
  'a part of the re-scan': (on) => store.remainder(on, realmId, { no: 3, of: 7 }),
  shredding: (on) => store.shred(on, 'vlob_atoms', realmId, 100),
  'purges with a step to make': (on) => listSteppable(on, 100),
  'purges to report of': (on) => listProgressing(on, realmId, 200),
  'the sums of pages': (on) => sumPagesOfEach(on, [realmId], 60_000),
  'pages in flight of all purges': (on) => countFlying(on, { realm_id: realmId, organization_id: 'org1' }),
  'who waits longest for room': (on) => ringNextInLine(on),
  'is a page blocked': (on) => isBlocked(on, realmId),
  'late blocks that are new': (on) => store.unregistered(on, realmId, ids.slice(0, 100)),
  'the pages of a report': (on) => listSettledPages(on, realmId, 5_000, 100),
};

describe('at 200 000 blocks', () => {
  it.each(Object.keys(QUERIES))('%s walks an index', async (name) => {
    const nodes = await planOf(db.pool, QUERIES[name]!);
    const scanned = nodes
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name']);
    // A handful of realms is read faster as a whole.
    expect(scanned.filter((table) => table !== 'realm')).toEqual([]);
    expect(nodes.length).toBeGreaterThan(0);
  });

  // A range of ids is believed to hold one row, by whichever index: the other one holds the ids of all realms.
  it.each([
    'the rows of a receipt',
    'a page again',
    'the next pages, with who shares their blocks',
    'a part of the re-scan',
  ])('%s are read by the realm first', async (name) => {
    const nodes = await planOf(db.pool, QUERIES[name]!);
    const walked = nodes.filter((node) => node['Index Name']?.startsWith('block'));
    const [own] = walked.filter((node) => JSON.stringify(node).includes(`realm_id = '${realmId}'`));
    expect(own?.['Index Name']).toBe('block_pkey');
  });

  it('would notice a query that walks none', async () => {
    const nodes = await planOf(db.pool, (on) => on.query('select from block where size_bytes = $1', [1]));
    expect(nodes.map((node) => node['Node Type']).join()).toMatch(/Seq Scan/);
  });
});
