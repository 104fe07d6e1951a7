import { fileURLToPath } from 'node:url';
import type { Workspace } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explaining } from '../testing/explained.js';
import { clientsOf, configOf, serviceOf } from '../testing/running-service.js';
import { certificateKey } from '../testing/stories.js';
import { addOrganization } from '../testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';
import { listWorkspacesRpc } from './list-workspaces.rpc.js';

const MAX_MEMBERS = 10_000;
let db: TestDatabase;
let service: WorkspaceServiceHandle;
let gateway: ReturnType<typeof clientsOf>['workspaces'];
let close: () => void;

/** Users with names so long that a full page of members passes the 4 MiB that gRPC takes if nothing is said. */
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  await db.pool.query(
    `insert into account (user_id, organization_id, email, name, last_name, org_role, validated)
     select 'u' || n, 'org1', 'u' || n || '@example.org', repeat('n', 250), repeat('l', 250), 255, true
       from generate_series(1, $1::int) n`,
    [MAX_MEMBERS + 2],
  );
  service = serviceOf(
    configOf({
      databaseUrl: db.url,
      natsUrl: serverVariable('NATS_URL'),
      natsToken: process.env['NATS_TOKEN'],
      certificateKey: (await certificateKey()).json,
    }),
  );
  await service.start();
  const clients = clientsOf(service.grpcAddress, 'gateway');
  gateway = clients.workspaces;
  close = () => clients.close();
}, 60_000);
afterAll(async () => {
  close();
  await service.stop();
  await db.drop();
});

/** One workspace after the other in the order of ids, each with so many members, `u<first>` always among them. */
async function workspacesOf(first: number, sizes: readonly number[], state = 'active'): Promise<void> {
  const client = await db.pool.connect();
  try {
    await client.query(`set session_replication_role = replica`); // what is written here keeps the rules by itself
    await client.query(
      `with created as (
         insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
         select lpad($1::text || to_char(nth, 'FM000000'), 32, '0')::uuid, 'org1', 'w', $3, case $3 when 'active' then 0 else 1 end, 'u1'
           from unnest($2::int[]) with ordinality as of_each (size, nth)
         returning workspace_id, epoch
       ), binned as (
         insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time, purge_mode)
         select gen_random_uuid(), workspace_id, 'org1', 1, 'deletion_planned', 'u1', now(), null from created where epoch = 1
       )
       insert into membership (workspace_id, user_id, role, suspended_epoch)
       select lpad($1::text || to_char(nth, 'FM000000'), 32, '0')::uuid, 'u' || n, 'ADMIN', case $3 when 'active' then null else 1 end
         from unnest($2::int[]) with ordinality as of_each (size, nth),
              generate_series($1::int, $1::int + size - 1) n`,
      [first, sizes, state],
    );
  } finally {
    client.release(true);
  }
}

async function pagesOf(user: string, onlyDeleted = false, pageSize = 1000): Promise<Workspace[][]> {
  const pages: Workspace[][] = [];
  let pageToken = '';
  do {
    const caller = { userId: user, organizationId: '' };
    const request = { caller, pageSize, pageToken, onlyDeleted };
    const answer = await gateway.unary((client) => client.listWorkspaces, request, { deadlineMs: 30_000 });
    pages.push(answer.workspaces);
    pageToken = answer.nextPageToken;
  } while (pageToken !== '');
  return pages;
}
const sizesOf = (pages: Workspace[][]) => pages.map((page) => page.map(({ members }) => members.length));

describe('the workspaces of a large organization', () => {
  it('come by pages that a caller can receive: 1000 of 41 members', async () => {
    await workspacesOf(3, Array<number>(1000).fill(41));
    const pages = await pagesOf('u3');
    expect(pages.map((page) => page.length)).toEqual([243, 243, 243, 243, 28]);
    const found = pages.flat();
    expect(new Set(found.map(({ workspaceId }) => workspaceId)).size).toBe(1000);
    expect(found.every(({ members }) => members.length === 41)).toBe(true);
    expect(JSON.stringify(pages[0]).length).toBeGreaterThan(4 << 20);

    const { pool, explained } = explaining(db.pool);
    const caller = { userId: 'u3', organizationId: '' };
    await listWorkspacesRpc(pool)({ caller, pageSize: 1000, pageToken: '', onlyDeleted: false });
    const counting = explained.find(({ text }) => text.includes('with ordinality'));
    const handled = counting?.nodes.map((node) => node.handled) ?? [];
    expect(Math.max(...handled)).toBeGreaterThan(MAX_MEMBERS);
    expect(Math.max(...handled)).toBeLessThan(MAX_MEMBERS + 41); // PostgreSQL tells the mean of its loops, rounded
  }, 60_000);

  it.each<[string, boolean]>([
    ['active', false],
    ['deleted', true],
  ])(
    'fill a page (%s) to 10 000 members, with one workspace at least',
    async (state, onlyDeleted) => {
      await db.pool
        .query(`set session_replication_role = replica; delete from membership; delete from deletion;
                         delete from workspace; reset session_replication_role`);
      await workspacesOf(2, [5_000, 5_000, 1, 10_001, 10_001, 2, 9_999, 1, 10_000, 1], state);
      expect(sizesOf(await pagesOf('u2', onlyDeleted))).toEqual([
        [5_000, 5_000],
        [1],
        [10_001],
        [10_001],
        [2],
        [9_999, 1],
        [10_000],
        [1],
      ]);
    },
    60_000,
  );
});
