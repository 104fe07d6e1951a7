import { fileURLToPath } from 'node:url';
import { DeletionState } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listBucketsRpc } from './list-buckets/list-buckets.rpc.js';
import { listDeletionsRpc } from './list-deletions/list-deletions.rpc.js';
import { listHoldsRpc } from './list-holds/list-holds.rpc.js';
import { listRepositoriesRpc } from './list-repositories/list-repositories.rpc.js';
import { listWorkspacesRpc } from './list-workspaces/list-workspaces.rpc.js';
import { pageToken } from './requests.js';
import { explaining } from './testing/explained.js';
import { callerNamed, contextOf } from './testing/stories.js';
import { addOrganization, addUser } from './testing/world.sql.js';

const WORKSPACES = 200_000;
const PAGE = 100;
const HOARD = '00000000-0000-4000-8000-000000000001';
const HELD = '00000000-0000-4000-8000-000000000002';
let db: TestDatabase;

/**
 * Every other workspace is in the bin, every fourth of these due or purging; `many` is ADMIN of all, `few` a member of a handful.
 * Each active one has a bucket and a repository, and the first of them (by id) hoards;
 * the second was held often.
 */
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../migrations', import.meta.url)));
  for (const organization of ['a', 'big', 'z']) await addOrganization(db.pool, organization, {});
  for (const user of ['many', 'few']) await addUser(db.pool, 'big', user);
  await addUser(db.pool, 'big', 'boss', { orgRole: 255 });
  const client = await db.pool.connect();
  try {
    await client.query(`set statement_timeout = 0`);
    await client.query(`set session_replication_role = replica`); // what is written here keeps the rules by itself
    await client.query(
      `insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
       select gen_random_uuid(), 'big', 'w', case when n % 2 = 0 then 'active' when n % 8 = 1 then 'purging' else 'deleted' end,
              n % 2, 'many'
         from generate_series(1, $1::int) n`,
      [WORKSPACES],
    );
    await client.query(
      `insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
       values ($1, 'big', 'w', 'active', 0, 'many'), ($2, 'big', 'w', 'active', 0, 'many')`,
      [HOARD, HELD],
    );
    await client.query(
      `insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time, purge_time,
                             purge_mode, sweep_delay_seconds, grant_time, granted_by)
       select gen_random_uuid(), workspace_id, 'big', 1, 'deletion_planned', 'many', t.time,
              t.time + case when due then interval '0' else interval '1 year' end, 'automatic', 0,
              case when state = 'purging' then t.time end, case when state = 'purging' then 'loop' end
         from (select w.*, row_number() over () as n, state = 'purging' or random() < 0.1 as due
                 from workspace w where state <> 'active') w,
              lateral (select now() - make_interval(secs => n / 3) as time) t`,
    );
    await client.query(
      `insert into membership (workspace_id, user_id, role, suspended_epoch)
       select workspace_id, 'many', 'ADMIN', case when state <> 'active' then 1 end from workspace`,
    );
    await client.query(
      `insert into membership (workspace_id, user_id, role, suspended_epoch)
       (select workspace_id, 'few', 'ADMIN', null from workspace where state = 'active' order by workspace_id desc limit 7)
       union all
       (select workspace_id, 'few', 'ADMIN', 1 from deletion
         where state = 'scheduled' and purge_time > now() order by workspace_id desc limit 7)`,
    );
    for (const table of ['bucket', 'repository'])
      await client.query(
        `insert into ${table} (${table}_id, workspace_id, name, created_by, delete_time)
         select gen_random_uuid(), workspace_id, 'x', 'many', case when live then null else now() end
           from workspace, (values (true), (false)) of_each (live) where state = 'active'
          union all
         select gen_random_uuid(), $1::uuid, 'x', 'many', null from generate_series(1, 20000)`,
        [HOARD],
      );
    await client.query(
      `insert into repository_bucket (repository_id, bucket_id)
       select repository_id, bucket_id from repository join bucket using (workspace_id) where workspace_id <> $1`,
      [HOARD],
    );
    await client.query(
      `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator, place_time, released_by, release_time)
       select gen_random_uuid(), $1::uuid, 'o' || n, 'r', 'p', true, now() - make_interval(secs => n / 3), 'p', now()
         from generate_series(1, 20000) n`,
      [HELD],
    );
    await client.query(`reset session_replication_role`);
    await client.query(`vacuum analyze`);
  } finally {
    client.release(true);
  }
}, 240_000);
afterAll(() => db.drop());

const base = { pageSize: PAGE, pageToken: '' };
interface Page {
  readonly keys: string[];
  readonly nextPageToken: string;
}
type ListOf = (pool: Pool, pageToken: string) => Promise<Page>;
const workspaces =
  (user: string, onlyDeleted: boolean): ListOf =>
  async (pool, token) => {
    const request = { ...base, caller: callerNamed(user), onlyDeleted, pageToken: token };
    const answer = await listWorkspacesRpc(pool)(request);
    return { ...answer, keys: answer.workspaces.map((w) => w.workspaceId) };
  };
const buckets =
  (user: string, workspaceId = ''): ListOf =>
  async (pool, token) => {
    const request = { ...base, caller: callerNamed(user), workspaceId, pageToken: token };
    const answer = await listBucketsRpc(pool)(request);
    return { ...answer, keys: answer.buckets.map((b) => `${b.workspaceId} ${b.bucketId}`) };
  };
const repositories =
  (user: string, workspaceId = ''): ListOf =>
  async (pool, token) => {
    const request = { ...base, caller: callerNamed(user), workspaceId, repositoryId: '', pageToken: token };
    const answer = await listRepositoriesRpc(pool)(request);
    return { ...answer, keys: answer.repositories.map((r) => `${r.workspaceId} ${r.repositoryId}`) };
  };
const deletions =
  (organizationId: string, state = DeletionState.UNSPECIFIED): ListOf =>
  async (pool, token) => {
    const answer = await listDeletionsRpc(pool)({ ...base, organizationId, state, pageToken: token });
    return { ...answer, keys: answer.deletions.map((d) => d.deletionId) };
  };
const holds: ListOf = async (pool, token) => {
  const request = { ...base, caller: undefined, workspaceId: HELD, pageToken: token };
  const answer = await listHoldsRpc(pool)(request, contextOf('operator'));
  return { ...answer, keys: answer.holds.map((h) => h.holdId) };
};

/** A page that begins behind about one in a hundred, or behind nearly all. */
type Where = 'early' | 'late';
const ID = { early: '02000000-0000-4000-8000-000000000000', late: 'fd000000-0000-4000-8000-000000000000' };
const behindId = (where: Where) => Promise.resolve(pageToken([ID[where]]));
const behindPair = (where: Where) => Promise.resolve(pageToken([ID[where], ID[where]]));
const behindHoarded = (where: Where) => Promise.resolve(pageToken([HOARD, ID[where]]));
const from = (where: Where, all: number) => (where === 'early' ? 150 : all - 150);
const behindDeletion =
  (state = '%') =>
  async (where: Where) => {
    const { rows } = await db.pool.query<{ organization_id: string; time: Date; deletion_id: string }>(
      `select organization_id, delete_time as time, deletion_id from deletion
        where state like $1 order by delete_time desc, deletion_id desc`,
      [state],
    );
    const row = rows[from(where, rows.length)]!;
    return pageToken([row.organization_id, row.time.toISOString(), row.deletion_id]);
  };
const behindHold = async (where: Where) => {
  const { rows } = await db.pool.query<{ place_time: Date; hold_id: string }>(
    `select place_time, hold_id from hold order by place_time desc, hold_id desc`,
  );
  const row = rows[from(where, rows.length)]!;
  return pageToken([row.place_time.toISOString(), row.hold_id]);
};
const whole = () => Promise.resolve('');

describe(`with ${WORKSPACES} workspaces, a page`, () => {
  it.each<[string, ListOf, (where: Where) => Promise<string>]>([
    ['of workspaces', workspaces('many', false), behindId],
    ['of a few workspaces', workspaces('few', false), whole],
    ["of an administrator's bin", workspaces('boss', true), behindId],
    ["of a former ADMIN's bin", workspaces('many', true), behindId],
    ['of the bin of a few', workspaces('few', true), whole],
    ['of buckets', buckets('many'), behindPair],
    ['of the buckets of a few', buckets('few'), whole],
    ['of the buckets of one workspace', buckets('many', HOARD), behindHoarded],
    ['of repositories', repositories('many'), behindPair],
    ['of the repositories of one workspace', repositories('many', HOARD), behindHoarded],
    ['of all deletions', deletions(''), behindDeletion()],
    ['of the deletions of an organization', deletions('big'), behindDeletion()],
    ['of the purging ones', deletions('', DeletionState.PURGING), behindDeletion('purging')],
    [
      'of the scheduled ones of an organization',
      deletions('big', DeletionState.SCHEDULED),
      behindDeletion('scheduled'),
    ],
    ['of holds', holds, behindHold],
  ])('%s is read along indexes, and costs as much near the end', async (_, list, behind) => {
    const costs: number[] = [];
    for (const token of ['', await behind('early'), await behind('late')]) {
      const { pool, explained } = explaining(db.pool);
      const { keys } = await list(pool, token);
      expect(keys.length).toBe(behind === whole ? 7 : PAGE);
      for (const { nodes, text } of explained)
        for (const node of nodes)
          // The members of a page; those in the bin between active ones; the due ones between those who are not.
          expect(node.handled, `${node.type} of ${node.relation} in ${text}`).toBeLessThan(6 * PAGE);
      costs.push(explained.reduce((sum, { blocks }) => sum + blocks, 0));
    }
    const [, early = 0, late = 0] = costs;
    expect(Math.max(...costs)).toBeLessThan(40 * PAGE);
    expect(late, `${costs.join(', ')} blocks`).toBeLessThan(1.5 * early);
  });

  it.each<[string, ListOf, string]>([
    [
      'workspaces',
      workspaces('few', false),
      `select workspace_id as key from membership where user_id = 'few' and suspended_epoch is null`,
    ],
    [
      "a former ADMIN's bin",
      workspaces('many', true),
      `select workspace_id as key from deletion where state = 'scheduled' and purge_time > now()`,
    ],
    [
      'one workspace’s repositories',
      repositories('many', HOARD),
      `select workspace_id || ' ' || repository_id as key from repository where workspace_id = '${HOARD}' and delete_time is null`,
    ],
  ])(
    'by page leads through all of %s, each once',
    async (_, list, all) => {
      const found: string[] = [];
      for (let token = '', more = true; more; more = token !== '') {
        const { keys, nextPageToken } = await list(db.pool, token);
        found.push(...keys);
        token = nextPageToken;
      }
      const expected = (await db.pool.query<{ key: string }>(`${all} order by key`)).rows.map((r) => r.key);
      expect(found.length).toBe(expected.length);
      expect(found).toEqual(expected);
    },
    120_000,
  );
});
