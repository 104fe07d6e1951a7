import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditAbout } from '../testing/audit.sql.js';
import { callerNamed, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, revoke, revokedSince } from '../testing/world.sql.js';
import { deleteUserRpc } from './delete-user.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const ROLES = { user: 0, billing: 1, workspaces: 2, admin: 254, owner: 255 };
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const organization of ['org1', 'org10']) await addOrganization(db.pool, organization);
  for (const [user, orgRole] of Object.entries(ROLES)) await addUser(db.pool, 'org1', user, { orgRole });
  await addUser(db.pool, 'org1', 'unvalidated', { orgRole: 255, validated: false });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
});
afterAll(() => db.drop());

let users = 0;
async function newUser(orgRole = 0): Promise<string> {
  const userId = `new${users++}`;
  await addUser(db.pool, 'org1', userId, { orgRole });
  return userId;
}
const remove = (caller: string, userId: string) =>
  reasonOf(deleteUserRpc(db.pool)({ caller: callerNamed(caller), userId }));
const DONE = { orphanedWorkspaceIds: [] };

describe('DeleteUser', () => {
  it('revokes by the clock of the database, once, and leaves its trace in the audit', async () => {
    const userId = await newUser();
    expect(await remove('admin', userId)).toEqual(DONE);
    const since = await revokedSince(db.pool, userId);
    expect(Math.abs(Date.now() - since!.getTime())).toBeLessThan(60_000);
    expect(await remove('admin', userId)).toBe('USER_NOT_FOUND');
    expect(await revokedSince(db.pool, userId)).toEqual(since);
    expect(await auditAbout(db.pool, userId)).toEqual([
      {
        ...{ organization_id: 'org1', workspace_id: null, context: 3, context_id: userId, action: 2 },
        ...{ by: 'admin', detail: null },
      },
    ]);
  });

  it('is for administrators and owners, and of an owner for owners', async () => {
    for (const caller of ['user', 'billing', 'workspaces'])
      expect(await remove(caller, await newUser())).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await remove('admin', await newUser(254))).toEqual(DONE);
    const owner = await newUser(255);
    expect(await remove('admin', owner)).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await revokedSince(db.pool, owner)).toBeNull();
    expect(await auditAbout(db.pool, owner)).toEqual([]);
    expect(await remove('owner', owner)).toEqual(DONE);
  });

  it('checks the caller, then whether there is such a user, then the right, then that it is another', async () => {
    for (const caller of ['unvalidated', 'stranger', 'eve'])
      expect(await remove(caller, 'nobody')).toBe(caller === 'eve' ? 'USER_NOT_FOUND' : 'USER_NOT_VALIDATED');
    for (const unknown of ['nobody', 'eve', '', 'a\0b', 'x'.repeat(1000)]) {
      expect(await remove('user', unknown)).toBe('USER_NOT_FOUND');
      expect(await remove('owner', unknown)).toBe('USER_NOT_FOUND');
    }
    expect(await remove('user', 'user')).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await remove('admin', 'admin')).toBe('CANNOT_DELETE_SELF');
    expect(await remove('owner', 'owner')).toBe('CANNOT_DELETE_SELF');
    expect(await remove('eve', 'user')).toBe('USER_NOT_FOUND');
    for (const kept of ['user', 'admin', 'owner', 'eve'])
      expect(await revokedSince(db.pool, kept)).toBeNull();
  });

  it('takes nothing from a caller who was revoked', async () => {
    const caller = await newUser(255);
    await revoke(db.pool, caller);
    expect(await remove(caller, 'user')).toBe('USER_NOT_VALIDATED');
  });

  it('knows the caller in the organization of its token alone', async () => {
    const request = { caller: { userId: 'owner', organizationId: 'org10' }, userId: 'user' };
    expect(await reasonOf(deleteUserRpc(db.pool)(request))).toBe('USER_NOT_VALIDATED');
  });
});
