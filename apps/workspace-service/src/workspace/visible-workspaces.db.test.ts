import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf } from '../account/account.js';
import { judge } from '../authorization/authorization.js';
import { getWorkspaceRpc } from '../get-workspace/get-workspace.rpc.js';
import { listBucketsRpc } from '../list-buckets/list-buckets.rpc.js';
import { listRepositoriesRpc } from '../list-repositories/list-repositories.rpc.js';
import { listWorkspacesRpc } from '../list-workspaces/list-workspaces.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { byLoop, callerNamed, reasonOf, softDelete } from '../testing/stories.js';
import {
  addBucket,
  addOrganization,
  addUser,
  addWorkspace,
  revoke,
  setPolicy,
} from '../testing/world.sql.js';
import { factsOf } from './workspace.js';
import type { Role } from './workspace-state.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const STATES = ['active', 'restored', 'deleted', 'without policy', 'due', 'purging'] as const;
const ROLES = ['ADMIN', 'WRITE', 'READ'] as const;
const USERS = ['ann', 'owner', 'admin', 'bob', 'new', 'eve'];
const all: string[] = [];
const buckets = new Map<string, string>();
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const organization of ['org1', 'org10']) await addOrganization(db.pool, organization);
  for (const [user, orgRole] of Object.entries({ ann: 0, owner: 255, admin: 254, bob: 2 }))
    await addUser(db.pool, 'org1', user, { orgRole });
  await addUser(db.pool, 'org1', 'new', { orgRole: 255, validated: false });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
  for (const organization of ['org1', 'org10'])
    for (const state of STATES)
      for (const role of ROLES) {
        const members: Record<string, Role> =
          organization === 'org1' ? { ann: role, bob: 'READ' } : { eve: role };
        await workspaceIn(state, await addWorkspace(db.pool, organization, members), organization);
      }
  await workspaceIn('deleted', await addWorkspace(db.pool, 'org1', { bob: 'ADMIN' }), 'org1');
  all.sort();
});
afterAll(() => db.drop());

async function workspaceIn(state: (typeof STATES)[number], id: string, organization: string): Promise<void> {
  all.push(id);
  if (state === 'active' || state === 'restored') buckets.set(id, await addBucket(db.pool, id));
  if (state === 'active') return;
  await db.pool.query(`delete from deletion_policy where organization_id = $1`, [organization]);
  const graceSeconds = state === 'deleted' || state === 'restored' ? 3600 : 0;
  if (state !== 'without policy') await setPolicy(db.pool, organization, { graceSeconds });
  await db.pool.query(`update bucket set delete_time = now() where workspace_id = $1`, [id]);
  await softDelete(db.pool, id);
  if (state === 'purging') await byLoop(db.pool, organization, id);
  if (state === 'restored') {
    await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
    buckets.set(id, await addBucket(db.pool, id));
  }
}
async function listed(user: string, onlyDeleted: boolean, pageSize = 0): Promise<string[]> {
  const found: string[] = [];
  for (let pageToken = '', more = true; more; more = pageToken !== '') {
    const request = { caller: callerNamed(user), onlyDeleted, pageSize, pageToken };
    const page = await listWorkspacesRpc(db.pool)(request);
    if (pageSize > 0) expect(page.workspaces.length).toBeLessThanOrEqual(pageSize);
    found.push(...page.workspaces.map((w) => w.workspaceId));
    pageToken = page.nextPageToken;
  }
  return found;
}
async function verdict(operation: Parameters<typeof judge>[0], user: string, id: string) {
  const account = await accountOf(db.pool, callerNamed(user));
  const facts = await factsOf(db.pool, account!.organizationId, id, user);
  return { verdict: judge(operation, account!, facts), facts };
}
const get = (user: string, workspaceId: string, showDeleted = false) =>
  getWorkspaceRpc(db.pool)({ caller: callerNamed(user), workspaceId, showDeleted });

describe.each(USERS)('%s', (user) => {
  it('finds in the bin exactly what the table allows to restore', async () => {
    const expected = [];
    for (const id of all)
      if ((await verdict('restoreWorkspace', user, id)).verdict === 'allowed') expected.push(id);
    expect(await listed(user, true)).toEqual(expected);
    for (const size of [1, 2, 3]) expect(await listed(user, true, size)).toEqual(expected);
    expect(expected.length).toBe({ ann: 2, bob: 1, eve: 6 }[user] ?? 7);
  });

  it('lists the active ones of which the user is a member', async () => {
    const expected = [];
    for (const id of all) {
      const { facts } = await verdict('readWorkspace', user, id);
      if (facts?.state === 'active' && facts.role !== undefined) expected.push(id);
    }
    expect(await listed(user, false)).toEqual(expected);
    expect(await listed(user, false, 2)).toEqual(expected);
    expect(expected.length).toBe(['ann', 'bob', 'eve'].includes(user) ? 6 : 0);
  });

  it('gets exactly what the table allows to read', async () => {
    for (const id of all)
      for (const showDeleted of [false, true]) {
        const operation = showDeleted ? 'readDeletedWorkspace' : 'readWorkspace';
        const { verdict: said, facts } = await verdict(operation, user, id);
        const got = await reasonOf(get(user, id, showDeleted));
        if (said === 'allowed') expect(got).toMatchObject({ workspace: { etag: facts?.etag } });
        else expect(got).toBe('WORKSPACE_NOT_FOUND');
      }
  });

  it('sees the resources of the active ones of which the user is a member, in pages', async () => {
    const mine = await listed(user, false);
    const ask = async (pageSize: number, workspaceId = '') => {
      const found: string[] = [];
      for (let pageToken = '', more = true; more; more = pageToken !== '') {
        const request = { caller: callerNamed(user), workspaceId, pageSize, pageToken };
        const page = await listBucketsRpc(db.pool)(request);
        found.push(...page.buckets.map((b) => b.bucketId));
        pageToken = page.nextPageToken;
      }
      return found;
    };
    const expected = mine.map((id) => buckets.get(id));
    for (const size of [0, 1, 4]) expect(await ask(size)).toEqual(expected);
    for (const id of all) expect(await ask(0, id)).toEqual(mine.includes(id) ? [buckets.get(id)] : []);
    expect(await ask(0, 'no id')).toEqual([]);
  });
});

describe('a workspace', () => {
  it('is read by administrators who are no members of it, with its members; not when it is due', async () => {
    const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'READ' });
    const { workspace } = await get('admin', id);
    expect(workspace?.members.map(({ userId }) => userId)).toEqual(['ann', 'bob']);
    await setPolicy(db.pool, 'org1', { graceSeconds: 0 });
    await softDelete(db.pool, id);
    for (const user of ['admin', 'ann'])
      expect(await reasonOf(get(user, id, true))).toBe('WORKSPACE_NOT_FOUND');
  });

  it('in the bin has the members and times that it had', async () => {
    await setPolicy(db.pool, 'org1', { graceSeconds: 3600 });
    const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'READ' });
    const { delete_time: deleteTime, purge_time: purgeTime } = await softDelete(db.pool, id);
    const request = { caller: callerNamed('ann'), onlyDeleted: true, pageSize: 0, pageToken: '' };
    const { workspaces } = await listWorkspacesRpc(db.pool)(request);
    const found = workspaces.find((w) => w.workspaceId === id);
    expect(found).toMatchObject({ name: 'secret plans', epoch: 1, deleteTime, purgeTime });
    expect(found?.members.map(({ userId, role }) => `${userId} ${role}`)).toEqual(['ann 3', 'bob 1']);
    expect((await get('ann', id, true)).workspace).toEqual(found);
  });

  it('and its lists are for users: nobody, or one who was revoked, is not found', async () => {
    await addUser(db.pool, 'org1', 'gone');
    await revoke(db.pool, 'gone');
    for (const user of ['gone', 'nobody']) {
      const caller = callerNamed(user);
      const page = { caller, pageSize: 0, pageToken: '', workspaceId: '' };
      const answers = [
        listWorkspacesRpc(db.pool)({ ...page, onlyDeleted: true }),
        listWorkspacesRpc(db.pool)({ ...page, onlyDeleted: false }),
        listBucketsRpc(db.pool)(page),
        listRepositoriesRpc(db.pool)({ ...page, repositoryId: '' }),
        get(user, all[0]!),
      ];
      expect(new Set(await Promise.all(answers.map(reasonOf)))).toEqual(new Set(['USER_NOT_FOUND']));
    }
  });
});
