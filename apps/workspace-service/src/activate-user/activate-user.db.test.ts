import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditAbout } from '../testing/audit.sql.js';
import { callerNamed, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, revoke, revokedSince } from '../testing/world.sql.js';
import { activateUserRpc } from './activate-user.rpc.js';

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
async function revoked(): Promise<string> {
  const userId = `gone${users++}`;
  await addUser(db.pool, 'org1', userId);
  await revoke(db.pool, userId, 60);
  return userId;
}
const activate = (caller: string, userId: string) =>
  reasonOf(activateUserRpc(db.pool)({ caller: callerNamed(caller), userId }));

describe('ActivateUser', () => {
  it.each(['admin', 'owner'])('undoes a revocation for an %s, once, and leaves its trace', async (caller) => {
    const userId = await revoked();
    expect(await activate(caller, userId)).toEqual({});
    expect(await revokedSince(db.pool, userId)).toBeNull();
    expect(await activate(caller, userId)).toBe('USER_NOT_DELETED');
    expect(await auditAbout(db.pool, userId)).toEqual([
      {
        ...{ organization_id: 'org1', workspace_id: null, context: 3, context_id: userId, action: 1 },
        ...{ by: caller, detail: { change: 'activated' } },
      },
    ]);
  });

  it('checks the caller, then whether there is such a user, then the right, then that it is revoked', async () => {
    const userId = await revoked();
    for (const caller of ['unvalidated', 'stranger', userId])
      expect(await activate(caller, userId)).toBe('USER_NOT_VALIDATED');
    for (const unknown of ['nobody', 'eve', '', 'a\0b'])
      for (const caller of ['user', 'owner']) expect(await activate(caller, unknown)).toBe('USER_NOT_FOUND');
    expect(await activate('eve', userId)).toBe('USER_NOT_FOUND');
    for (const caller of ['user', 'billing', 'workspaces'])
      for (const target of [userId, 'user'])
        expect(await activate(caller, target)).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await activate('admin', 'user')).toBe('USER_NOT_DELETED');
    expect(await revokedSince(db.pool, userId)).not.toBeNull();
    expect(await auditAbout(db.pool, userId)).toEqual([]);
  });
});
