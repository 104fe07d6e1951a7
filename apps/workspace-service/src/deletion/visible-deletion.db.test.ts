import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOf } from '../account/account.js';
import { judge } from '../authorization/authorization.js';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { getDeletionRpc } from '../get-deletion/get-deletion.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { byLoop, byOperator, callerNamed, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke } from '../testing/world.sql.js';
import { factsOf } from '../workspace/workspace.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const USERS = { ann: 0, bob: 0, cat: 0, dan: 2, owner: 255, admin: 254 };
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org10', {});
  for (const [user, orgRole] of Object.entries(USERS)) await addUser(db.pool, 'org1', user, { orgRole });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
});
afterAll(() => db.drop());

const MEMBERS = { ann: 'ADMIN', bob: 'WRITE', cat: 'READ' } as const;
const see = (user: string, workspaceId: string) =>
  reasonOf(getDeletionRpc(db.pool)({ caller: callerNamed(user), workspaceId }, contextOf('gateway')));
const sql = (text: string, ...values: unknown[]) => db.pool.query(text, values);

async function workspaceIn(state: string): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', MEMBERS);
  if (state === 'never deleted') return id;
  await softDelete(db.pool, id);
  if (state === 'restored')
    await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
  if (state === 'purging' || state === 'purged') await byLoop(db.pool, 'org1', id);
  if (state === 'purged') {
    await sql(`update workspace set state = 'purged', name = null where workspace_id = $1`, id);
    await sql(`delete from membership where workspace_id = $1`, id); // as the certificate does
  }
  return id;
}

describe('a deletion', () => {
  it.each(['never deleted', 'restored', 'deleted', 'purging', 'purged'])(
    '%s: is seen by those whom the table names, and unknown to all others',
    async (state) => {
      const id = await workspaceIn(state);
      for (const user of Object.keys(USERS)) {
        const account = (await accountOf(db.pool, callerNamed(user)))!;
        const allowed =
          judge('readDeletion', account, await factsOf(db.pool, 'org1', id, user)) === 'allowed';
        const seen = await see(user, id);
        if (!allowed) expect(seen, user).toBe('WORKSPACE_NOT_FOUND');
        else if (state === 'never deleted') expect(seen, user).toBe('DELETION_NOT_FOUND');
        else expect(seen, user).toMatchObject({ deletion: { workspaceId: id } });
        expect(allowed, user).toBe(user === 'dan' ? false : !(user in MEMBERS && state === 'purged'));
      }
      expect(await see('eve', id)).toBe('WORKSPACE_NOT_FOUND');
    },
  );

  it('is seen by the user who asked for it, also when nothing else is left of that', async () => {
    const id = await addWorkspace(db.pool, 'org1', MEMBERS);
    await deleteWorkspace(db.pool, { caller: callerNamed('ann'), workspaceId: id, etag: '' });
    await byLoop(db.pool, 'org1', id);
    await sql(`update workspace set state = 'purged', name = null where workspace_id = $1`, id);
    await sql(`delete from membership where workspace_id = $1`, id);
    expect(await see('ann', id)).toMatchObject({ deletion: { requestedBy: 'ann' } });
    expect(await see('bob', id)).toBe('WORKSPACE_NOT_FOUND');
    await revoke(db.pool, 'ann');
    expect(await see('ann', id)).toBe('USER_NOT_FOUND');
    await revoke(db.pool, 'ann', null);
  });

  it('is not seen by a user who is called as the operator who ordered it', async () => {
    await addUser(db.pool, 'org1', 'operator-1');
    await addUser(db.pool, 'org1', 'gone');
    await revoke(db.pool, 'gone', 60);
    const id = await addWorkspace(db.pool, 'org1', { gone: 'ADMIN' });
    expect((await byOperator(db.pool, 'org1', id, 'orphaned')).kind).toBe('granted');
    expect(await see('operator-1', id)).toBe('WORKSPACE_NOT_FOUND');
  });

  it('is not seen by one who was left out when it was undone', async () => {
    const id = await addWorkspace(db.pool, 'org1', MEMBERS);
    await softDelete(db.pool, id);
    await revoke(db.pool, 'bob');
    await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
    await revoke(db.pool, 'bob', null);
    expect(await see('bob', id)).toBe('WORKSPACE_NOT_FOUND');
    expect(await see('cat', id)).toMatchObject({ deletion: { workspaceId: id } });
  });

  it('of a workspace that is none is unknown to users, and never was to operators', async () => {
    for (const id of [randomUUID(), 'no id', '']) {
      expect(await see('owner', id)).toBe('WORKSPACE_NOT_FOUND');
      expect(await see('nobody', id)).toBe('USER_NOT_FOUND');
      const asked = getDeletionRpc(db.pool)({ caller: undefined, workspaceId: id }, contextOf('operator'));
      expect(await reasonOf(asked)).toBe('DELETION_NOT_FOUND');
    }
  });
});
