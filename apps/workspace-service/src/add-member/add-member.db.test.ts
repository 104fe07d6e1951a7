import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerNamed, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, auditOf, revoke, see } from '../testing/world.sql.js';
import { addMemberRpc } from './add-member.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org10');
  await addUser(db.pool, 'org1', 'boss', { orgRole: 254 });
  for (const user of ['ann', 'bob', 'cat', 'gone']) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'org1', 'new', { validated: false });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
  await revoke(db.pool, 'gone');
});
afterAll(() => db.drop());

const workspace = (members: Parameters<typeof addWorkspace>[2] = { ann: 'ADMIN', bob: 'WRITE' }) =>
  addWorkspace(db.pool, 'org1', members);
const add = (by: string, workspaceId: string, userId: string, role = WorkspaceRole.READ) =>
  reasonOf(addMemberRpc(db.pool)({ caller: callerNamed(by), workspaceId, userId, role }));

describe('addMember', () => {
  it.each(['ann', 'boss'])('lets %s add a user of the organization, and says so in the audit', async (by) => {
    const id = await workspace();
    const other = await workspace();
    const untouched = await see(db.pool, other);
    expect(await add(by, id, 'cat', WorkspaceRole.WRITE)).toEqual({});
    expect(await see(db.pool, id)).toMatchObject({
      etag: '0.2',
      members: ['ann:ADMIN', 'bob:WRITE', 'cat:WRITE'],
    });
    expect(await auditOf(db.pool, id)).toEqual([`${by} 5 0 cat {"role": "WRITE"}`]);
    expect(await see(db.pool, other)).toEqual(untouched);
  });

  it('takes also who has not validated the e-mail address yet', async () => {
    const id = await workspace();
    expect(await add('ann', id, 'new')).toEqual({});
    expect((await see(db.pool, id)).members).toContain('new:READ');
  });

  it.each([
    ['TARGET_USER_NOT_FOUND', 'ann', 'nobody'],
    ['TARGET_USER_NOT_FOUND', 'ann', 'eve'],
    ['TARGET_USER_NOT_FOUND', 'ann', 'gone'],
    ['TARGET_USER_NOT_FOUND', 'ann', ''],
    ['TARGET_USER_NOT_FOUND', 'ann', 'a\0b'],
    ['TARGET_USER_NOT_FOUND', 'ann', 'a'.repeat(129)],
    ['USER_ALREADY_MEMBER', 'ann', 'bob'],
    ['USER_ALREADY_MEMBER', 'ann', 'ann'],
    ['INSUFFICIENT_PERMISSIONS', 'bob', 'cat'],
    ['INSUFFICIENT_PERMISSIONS', 'cat', 'cat'],
    ['WORKSPACE_NOT_FOUND', 'eve', 'cat'],
    ['USER_NOT_VALIDATED', 'new', 'cat'],
    ['USER_NOT_VALIDATED', 'gone', 'cat'],
  ])('refuses with %s (%s adds %j) and changes nothing', async (reason, by, target) => {
    const id = await workspace({ ann: 'ADMIN', bob: 'WRITE', new: 'ADMIN', gone: 'ADMIN' });
    const before = await see(db.pool, id);
    expect(await add(by, id, target)).toBe(reason);
    expect(await see(db.pool, id)).toEqual(before);
    expect(await auditOf(db.pool, id)).toEqual([]);
  });

  it('refuses a role that is none, and knows no deleted or malformed workspace', async () => {
    const id = await workspace();
    for (const role of [WorkspaceRole.UNSPECIFIED, WorkspaceRole.UNRECOGNIZED])
      expect(await add('ann', id, 'cat', role)).toBe('INVALID_ARGUMENT');
    await softDelete(db.pool, id);
    for (const by of ['ann', 'bob', 'cat', 'boss'])
      expect(await add(by, id, 'cat')).toBe('WORKSPACE_NOT_FOUND');
    expect(await add('ann', 'no id', 'cat')).toBe('WORKSPACE_NOT_FOUND');
    expect((await see(db.pool, id)).members).toEqual(['ann:ADMIN!1', 'bob:WRITE!1']);
  });

  it('takes over what a deletion left of a user who stayed out of its restore', async () => {
    const id = await workspace();
    await db.pool.query(
      `insert into membership (workspace_id, user_id, role, suspended_epoch) values ($1, 'cat', 'ADMIN', 0)`,
      [id],
    );
    expect(await add('ann', id, 'cat', WorkspaceRole.READ)).toEqual({});
    expect((await see(db.pool, id)).members).toEqual(['ann:ADMIN', 'bob:WRITE', 'cat:READ']);
    expect(await add('ann', id, 'cat', WorkspaceRole.ADMIN)).toBe('USER_ALREADY_MEMBER');
  });
});
