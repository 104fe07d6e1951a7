import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activateUserRpc } from '../activate-user/activate-user.rpc.js';
import { addMemberRpc } from '../add-member/add-member.rpc.js';
import { deleteUserRpc } from '../delete-user/delete-user.rpc.js';
import { getWorkspaceRpc } from '../get-workspace/get-workspace.rpc.js';
import { listDeletableRpc } from '../list-deletable/list-deletable.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { announcementsOf } from '../testing/orphans.sql.js';
import { byOperator, callerNamed, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600, orphanDelaySeconds: 0 });
  await addUser(db.pool, 'org1', 'owner', { orgRole: 255 });
});
afterAll(() => db.drop());

let users = 0;
async function newUser(): Promise<string> {
  const userId = `user${users++}`;
  await addUser(db.pool, 'org1', userId);
  return userId;
}
const workspace = (...members: string[]) =>
  addWorkspace(db.pool, 'org1', Object.fromEntries(members.map((member) => [member, 'ADMIN'])));
const owner = callerNamed('owner');
const remove = (userId: string) => deleteUserRpc(db.pool)({ caller: owner, userId });
const activate = (userId: string) => activateUserRpc(db.pool)({ caller: owner, userId });
async function isListed(id: string): Promise<boolean> {
  const request = { organizationId: 'org1', pageSize: 1000, pageToken: '' };
  const { candidates } = await listDeletableRpc(db.pool)(request);
  return candidates.some((candidate) => candidate.workspaceId === id);
}
const order = async (id: string) => (await byOperator(db.pool, 'org1', id, 'orphaned')).kind;

describe('an activation', () => {
  it('undoes orphanhood: the workspace is no candidate, and no order is granted', async () => {
    const user = await newUser();
    const id = await workspace(user);
    await remove(user);
    expect(await isListed(id)).toBe(true);
    await activate(user);
    expect(await isListed(id)).toBe(false);
    expect(await order(id)).toBe('not_deletable');
    expect(await see(db.pool, id)).toMatchObject({ state: 'active', epoch: 0, members: [`${user}:ADMIN`] });
    const read = await getWorkspaceRpc(db.pool)({
      ...{ caller: callerNamed(user), workspaceId: id, showDeleted: false },
    });
    expect(read.workspace?.workspaceId).toBe(id);
  });

  it('of one of several members is enough, and of somebody else is not', async () => {
    const [one, two, stranger] = [await newUser(), await newUser(), await newUser()];
    const id = await workspace(one, two);
    for (const user of [one, two, stranger]) await remove(user);
    await activate(stranger);
    expect(await isListed(id)).toBe(true);
    await activate(two);
    expect(await isListed(id)).toBe(false);
  });

  it('and another revocation make an orphan again, which is announced again', async () => {
    const user = await newUser();
    const id = await workspace(user);
    for (let times = 0; times < 2; times++) {
      expect((await remove(user)).orphanedWorkspaceIds).toEqual([id]);
      await activate(user);
    }
    const [first, second] = await announcementsOf(db.pool, id);
    expect(second!.since!.getTime()).toBeGreaterThanOrEqual(first!.since!.getTime());
    expect(second!.context!.eventId).not.toBe(first!.context!.eventId);
  });

  it('comes too late once the purge was granted', async () => {
    const user = await newUser();
    const id = await workspace(user);
    await remove(user);
    expect(await order(id)).toBe('granted');
    await activate(user);
    expect((await see(db.pool, id)).state).toBe('purging');
  });

  it('does not bring back into a restored workspace whoever was revoked while it was deleted', async () => {
    const [stays, goes] = [await newUser(), await newUser()];
    const workspaceId = await workspace(stays, goes);
    await softDelete(db.pool, workspaceId);
    await remove(goes);
    await restoreWorkspace(db.pool, { workspaceId, caller: owner, operator: '' });
    await activate(goes);
    expect((await see(db.pool, workspaceId)).members).toEqual([`${stays}:ADMIN`, `${goes}:ADMIN!1`]);
    const read = { caller: callerNamed(goes), workspaceId, showDeleted: false };
    expect(await reasonOf(getWorkspaceRpc(db.pool)(read))).toBe('WORKSPACE_NOT_FOUND');
    // Nor does that membership keep the workspace from being an orphan.
    expect((await remove(stays)).orphanedWorkspaceIds).toEqual([workspaceId]);
    expect(await isListed(workspaceId)).toBe(true);
  });
});

describe('a workspace restored without any of its members', () => {
  it.each(['an operator', 'an administrator'])('by %s is no orphan, and can be given one', async (who) => {
    const [one, two] = [await newUser(), await newUser()];
    const workspaceId = await workspace(one, two);
    await softDelete(db.pool, workspaceId);
    for (const user of [one, two]) expect((await remove(user)).orphanedWorkspaceIds).toEqual([]);
    const caller = who === 'an operator' ? undefined : owner;
    const restored = await restoreWorkspace(db.pool, { workspaceId, caller, operator: 'o' });
    expect(restored).toMatchObject({
      answer: { workspace: { members: [] }, omittedUserIds: [one, two].sort() },
    });

    expect(await isListed(workspaceId)).toBe(false);
    expect(await order(workspaceId)).toBe('not_deletable');
    expect((await see(db.pool, workspaceId)).events).toEqual(['workspace.restored']);

    const add = (userId: string) =>
      addMemberRpc(db.pool)({ caller: owner, workspaceId, userId, role: WorkspaceRole.ADMIN });
    expect(await reasonOf(add(one))).toBe('TARGET_USER_NOT_FOUND');
    const another = await newUser();
    await add(another);
    await activate(two);
    await add(two);
    const { workspace: read } = await getWorkspaceRpc(db.pool)({
      ...{ caller: callerNamed(two), workspaceId, showDeleted: false },
    });
    expect(read?.members.map((member) => member.userId).sort()).toEqual([another, two].sort());
    // From here on it can become one, like any other.
    expect((await remove(another)).orphanedWorkspaceIds).toEqual([]);
    expect((await remove(two)).orphanedWorkspaceIds).toEqual([workspaceId]);
  });

  it('stays unreachable to the users it was restored without', async () => {
    const user = await newUser();
    const id = await workspace(user);
    await softDelete(db.pool, id);
    await revoke(db.pool, user, 60);
    await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
    await activate(user);
    const read = { caller: callerNamed(user), workspaceId: id, showDeleted: false };
    expect(await reasonOf(getWorkspaceRpc(db.pool)(read))).toBe('WORKSPACE_NOT_FOUND');
  });
});
