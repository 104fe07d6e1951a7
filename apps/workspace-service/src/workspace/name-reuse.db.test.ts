import { fileURLToPath } from 'node:url';
import type { Workspace } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkspaceRpc } from '../create-workspace/create-workspace.rpc.js';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { restoreWorkspaceRpc } from '../restore-workspace/restore-workspace.rpc.js';
import { byOperator, callerNamed, contextOf } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';
import { updateWorkspaceRpc } from '../update-workspace/update-workspace.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addUser(db.pool, 'org1', 'ann', { orgRole: 254 });
  await addUser(db.pool, 'org1', 'gone');
});
afterAll(() => db.drop());

const caller = callerNamed('ann');
const create = async (name: string) => (await createWorkspaceRpc(db.pool)({ caller, name })).workspace!;
const remove = async ({ workspaceId }: Workspace) =>
  (await deleteWorkspace(db.pool, { caller, workspaceId, etag: '' })).kind;
const restore = async ({ workspaceId }: Workspace) =>
  (await restoreWorkspaceRpc(db.pool)({ caller, workspaceId, idempotencyKey: '' }, contextOf('gateway')))
    .workspace!;
const update = async (workspaceId: string, change: { name?: string; isDefault?: boolean }) =>
  (await updateWorkspaceRpc(db.pool)({ caller, workspaceId, etag: '', ...change })).workspace!;

describe('a name is nobody’s alone', () => {
  it('and so free again at once, and none in the way of a restore: both live', async () => {
    const first = await create('plans');
    expect(await remove(first)).toBe('scheduled');
    const second = await create('plans');
    expect(await restore(first)).toMatchObject({ workspaceId: first.workspaceId, name: 'plans' });
    for (const { workspaceId } of [first, second])
      expect(await see(db.pool, workspaceId)).toMatchObject({ state: 'active', name: 'plans' });
    expect(second.workspaceId).not.toBe(first.workspaceId);
  });

  it('also when two are deleted under it, or one is renamed to it', async () => {
    const [first, second, third] = [await create('x'), await create('x'), await create('y')];
    for (const one of [first, second]) expect(await remove(one)).toBe('scheduled');
    expect((await update(third.workspaceId, { name: 'x' })).name).toBe('x');
    for (const one of [first, second]) expect((await restore(one)).name).toBe('x');
  });
});

describe('the default', () => {
  it('can be given to another once the one that had it was purged as an orphan', async () => {
    await revoke(db.pool, 'gone', null);
    const orphan = await addWorkspace(db.pool, 'org1', { gone: 'ADMIN' });
    await update(orphan, { isDefault: true });
    await revoke(db.pool, 'gone', 60);
    expect((await byOperator(db.pool, 'org1', orphan, 'orphaned')).kind).toBe('granted');
    const next = await create('next');
    expect((await update(next.workspaceId, { isDefault: true })).isDefault).toBe(true);
    expect((await see(db.pool, orphan)).state).toBe('purging');
  });
});
