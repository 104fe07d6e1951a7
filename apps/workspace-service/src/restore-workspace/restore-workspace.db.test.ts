import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, callerNamed, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';
import { restoreWorkspaceRpc } from './restore-workspace.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'org10', { graceSeconds: 0 });
  await addUser(db.pool, 'org1', 'owner', { orgRole: 255 });
  for (const user of ['ann', 'bob', 'cat']) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
});
afterAll(() => db.drop());

async function deleted(members: Parameters<typeof addWorkspace>[2], organization = 'org1'): Promise<string> {
  const id = await addWorkspace(db.pool, organization, members);
  await softDelete(db.pool, id);
  return id;
}
const restore = (userId: string, workspaceId: string) =>
  restoreWorkspaceRpc(db.pool)(
    { caller: callerNamed(userId), workspaceId, idempotencyKey: '' },
    contextOf('gateway'),
  );
const restoreByOperator = (workspaceId: string) =>
  restoreWorkspaceRpc(db.pool)({ caller: undefined, workspaceId, idempotencyKey: '' }, contextOf('operator'));

describe('restoreWorkspace', () => {
  it('brings members and roles back as they were, and raises the epoch', async () => {
    const id = await deleted({ ann: 'ADMIN', bob: 'READ', cat: 'WRITE' });
    const { workspace, omittedUserIds } = await restore('ann', id);
    expect(workspace).toMatchObject({ workspaceId: id, epoch: 2, members: [{}, {}, {}] });
    expect(omittedUserIds).toEqual([]);
    expect(await see(db.pool, id)).toMatchObject({
      state: 'active',
      epoch: 2,
      members: ['ann:ADMIN', 'bob:READ', 'cat:WRITE'],
      deletions: ['deletion_planned 1 restored'],
      events: ['workspace.restored'],
    });
  });

  it('keeps out who was revoked meanwhile, also when the account comes back later', async () => {
    const id = await deleted({ ann: 'ADMIN', bob: 'READ' });
    await revoke(db.pool, 'bob');
    const { workspace, omittedUserIds } = await restore('owner', id);
    expect(omittedUserIds).toEqual(['bob']);
    expect(workspace?.members.map((member) => member.userId)).toEqual(['ann']);
    await revoke(db.pool, 'bob', null);
    expect((await see(db.pool, id)).members).toEqual(['ann:ADMIN', 'bob:READ!1']);
  });

  it('is for former ADMINs, administrators and operators alone, and for nobody elsewhere', async () => {
    const id = await deleted({ ann: 'ADMIN', bob: 'WRITE' });
    expect(await reasonOf(restore('bob', id))).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await reasonOf(restore('cat', id))).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await reasonOf(restore('eve', id))).toBe('WORKSPACE_NOT_FOUND');
    expect(await reasonOf(restore('nobody', id))).toBe('USER_NOT_VALIDATED');
    expect(await reasonOf(restore('nobody', 'no id'))).toBe('USER_NOT_VALIDATED');
    expect(await reasonOf(restore('ann', 'no id'))).toBe('WORKSPACE_NOT_FOUND');
    expect(await reasonOf(restoreByOperator('no id'))).toBe('WORKSPACE_NOT_FOUND');
    expect((await see(db.pool, id)).state).toBe('deleted');
    expect((await restoreByOperator(id)).workspace?.workspaceId).toBe(id);
    expect(await reasonOf(restore('ann', id))).toBe('WORKSPACE_ACTIVE');
  });

  it('ends for users at the purge time, for operators with the grant', async () => {
    const id = await deleted({ eve: 'ADMIN' }, 'org10');
    expect(await reasonOf(restore('eve', id))).toBe('RESTORE_WINDOW_CLOSED');
    await restoreByOperator(id);
    const other = await deleted({ eve: 'ADMIN' }, 'org10');
    expect((await byLoop(db.pool, 'org10', other)).kind).toBe('granted');
    expect(await reasonOf(restore('eve', other))).toBe('PURGE_STARTED');
    expect(await reasonOf(restoreByOperator(other))).toBe('PURGE_STARTED');
    expect((await see(db.pool, other)).state).toBe('purging');
  });

  it('leaves an earlier deletion a no-op: its epoch has passed', async () => {
    const id = await deleted({ eve: 'ADMIN' }, 'org10');
    await restoreByOperator(id);
    expect((await byLoop(db.pool, 'org10', id)).kind).toBe('not_deletable');
    expect((await see(db.pool, id)).state).toBe('active');
  });

  it('tells an operator who is back, and no names', async () => {
    const id = await deleted({ ann: 'ADMIN' });
    const { workspace } = await restoreByOperator(id);
    expect(workspace).toMatchObject({
      workspaceId: id,
      name: '',
      members: [{ userId: 'ann', user: undefined }],
    });
    expect(JSON.stringify(workspace)).not.toMatch(/secret plans|example\.org|First|Last/);
  });
});
