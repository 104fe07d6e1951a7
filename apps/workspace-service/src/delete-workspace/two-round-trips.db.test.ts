import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerNamed } from '../testing/stories.js';
import { watchedPool, type Statement } from '../testing/watched-pool.js';
import { addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';
import { deleteWorkspace } from './delete-workspace.js';

const WORKSPACES = 1_000_000;
const OTHERS = 50_000;
const TABLES = [
  'workspace',
  'membership',
  'bucket',
  'repository',
  'deletion',
  'hold',
  'account',
  'kept_answer',
];
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 60 });
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

/** A million workspaces of the organization, with a member each; many with a bucket, a repository, a released hold, a past deletion. */
async function fill(): Promise<void> {
  const client = await db.pool.connect();
  const id = `('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`;
  const series = (count: number) => `generate_series(1, ${count}) n`;
  try {
    // Rows only: triggers and foreign keys are others' business. The purpose is a size, not a story.
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set statement_timeout = 0`,
    );
    for (const statement of [
      `insert into account select 'u' || n, 'org1', 'e', 'n', 'l', 0, true from ${series(OTHERS)}`,
      `insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
       select ${id}, 'org1', 'n', 'active', 2, 'ann' from ${series(WORKSPACES)}`,
      `insert into membership select ${id}, 'ann', 'ADMIN' from ${series(WORKSPACES)}`,
      `insert into bucket select ${id}, ${id}, 'b', 'u' from ${series(OTHERS)}`,
      `insert into repository select ${id}, ${id}, 'r', 'u' from ${series(OTHERS)}`,
      `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator, released_by, release_time)
       select ${id}, ${id}, 'o', 'r', 'u', true, 'u', now() from ${series(OTHERS)}`,
      `insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time,
                             restore_time, restored_by)
       select ${id}, ${id}, 'org1', 1, 'deletion_planned', 'u', now(), now(), 'u' from ${series(OTHERS)}`,
      `insert into kept_answer select 'u' || n, 'k', 'r', ${id}, '{}' from ${series(OTHERS)}`,
      `analyze`,
    ])
      await client.query(statement);
  } finally {
    client.release(true);
  }
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: Plan[];
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Runs a statement and undoes it: its plan's nodes, and the tables that anything within it, triggers too, read from end to end. */
async function observe({ text, values }: Statement): Promise<{ nodes: Plan[]; scanned: string[] }> {
  const client = await db.pool.connect();
  try {
    await client.query('begin');
    const explained = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, format json) ${text}`,
      values,
    );
    const scans = await client.query<{ relname: string }>(
      `select relname from pg_stat_xact_user_tables where seq_scan > 0 order by 1`,
    );
    return {
      nodes: nodesOf(explained.rows[0]!['QUERY PLAN'][0].Plan),
      scanned: scans.rows.map((row) => row.relname),
    };
  } finally {
    await client.query('rollback');
    client.release();
  }
}

const remove = (pool: TestDatabase['pool'], workspaceId: string, idempotencyKey = '') =>
  deleteWorkspace(pool, { caller: callerNamed('ann'), workspaceId, etag: '', idempotencyKey });

describe('a deletion', () => {
  it('is two statements and no transaction around them, with a key too; a refusal and a repetition are one', async () => {
    const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const { pool, statements } = watchedPool(db.pool);
    expect((await remove(pool, id, 'k')).kind).toBe('scheduled');
    expect(statements).toHaveLength(2);
    expect((await remove(pool, id, 'k')).kind).toBe('repeated');
    expect(statements).toHaveLength(3);
    expect((await remove(pool, '00000000-0000-4000-9000-000000000000')).kind).toBe('not_found');
    expect(statements).toHaveLength(4);
    for (const { text } of statements) expect(text).toMatch(/^\s*(select|with)\s/);
  });

  it(`finds its rows by indexes among ${WORKSPACES} workspaces`, async () => {
    await fill();
    const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const observed: Awaited<ReturnType<typeof observe>>[] = [];
    const { pool } = watchedPool(db.pool, async (_, statement) => observed.push(await observe(statement)));
    expect((await remove(pool, id, 'key')).kind).toBe('scheduled');
    expect(observed).toHaveLength(2);
    for (const { nodes, scanned } of observed) {
      const read = nodes.filter((node) => TABLES.includes(node['Relation Name'] ?? ''));
      expect(read.length).toBeGreaterThan(0);
      expect(read.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      expect(scanned.filter((table) => TABLES.includes(table))).toEqual([]);
      // An index that leads to many rows would be no better.
      for (const node of nodes)
        expect(
          (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0),
          JSON.stringify(node),
        ).toBeLessThan(10);
    }
    expect((await see(db.pool, id)).state).toBe('deleted');
  }, 180_000);
});
