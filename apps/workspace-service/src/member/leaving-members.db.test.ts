import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeMemberRpc } from '../remove-member/remove-member.rpc.js';
import { callerNamed, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, auditOf, revoke, see } from '../testing/world.sql.js';
import { updateMemberRpc } from '../update-member/update-member.rpc.js';

const { READ, WRITE, ADMIN, UNSPECIFIED } = WorkspaceRole;
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org10');
  await addUser(db.pool, 'org1', 'boss', { orgRole: 255 });
  for (const user of ['ann', 'bob', 'cat', 'gone']) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'org1', 'new', { validated: false });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
  await revoke(db.pool, 'gone');
});
afterAll(() => db.drop());

const workspace = (members: Parameters<typeof addWorkspace>[2] = { ann: 'ADMIN', bob: 'WRITE' }) =>
  addWorkspace(db.pool, 'org1', members);
const remove = (by: string, workspaceId: string, userId: string) =>
  reasonOf(removeMemberRpc(db.pool)({ caller: callerNamed(by), workspaceId, userId }));
const update = (by: string, workspaceId: string, userId: string, role: WorkspaceRole) =>
  reasonOf(updateMemberRpc(db.pool)({ caller: callerNamed(by), workspaceId, userId, role }));

describe('updateMember', () => {
  it.each(['ann', 'boss'])('lets %s change a role, and says so in the audit', async (by) => {
    const id = await workspace();
    const other = await workspace();
    expect(await update(by, id, 'bob', ADMIN)).toEqual({});
    expect(await see(db.pool, id)).toMatchObject({ etag: '0.2', members: ['ann:ADMIN', 'bob:ADMIN'] });
    expect(await auditOf(db.pool, id)).toEqual([`${by} 5 1 bob {"role": "ADMIN", "formerRole": "WRITE"}`]);
    expect((await see(db.pool, other)).members).toEqual(['ann:ADMIN', 'bob:WRITE']);
  });

  it('takes the same role for done: no new etag, no trace', async () => {
    const id = await workspace();
    const before = await see(db.pool, id);
    expect(await update('ann', id, 'bob', WRITE)).toEqual({});
    expect(await update('ann', id, 'ann', ADMIN)).toEqual({});
    expect(await see(db.pool, id)).toEqual(before);
    expect(await auditOf(db.pool, id)).toEqual([]);
  });

  it('refuses a role that is none', async () => {
    expect(await update('ann', await workspace(), 'bob', UNSPECIFIED)).toBe('INVALID_ARGUMENT');
  });
});

describe('removeMember', () => {
  it.each(['ann', 'boss'])('lets %s remove a member, and says so in the audit', async (by) => {
    const id = await workspace();
    const other = await workspace();
    expect(await remove(by, id, 'bob')).toEqual({});
    expect(await see(db.pool, id)).toMatchObject({ etag: '0.2', members: ['ann:ADMIN'] });
    expect(await auditOf(db.pool, id)).toEqual([`${by} 5 2 bob {"role": "WRITE"}`]);
    expect((await see(db.pool, other)).members).toEqual(['ann:ADMIN', 'bob:WRITE']);
    expect(await remove(by, id, 'bob')).toBe('MEMBER_NOT_FOUND');
  });

  it('lets an ADMIN go who leaves another, who then rules', async () => {
    const id = await workspace({ ann: 'ADMIN', bob: 'ADMIN' });
    expect(await remove('ann', id, 'ann')).toEqual({});
    expect(await remove('ann', id, 'bob')).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await update('bob', id, 'bob', READ)).toBe('LAST_ADMIN');
  });
});

const acts = {
  remove,
  demote: (by: string, id: string, userId: string) => update(by, id, userId, READ),
};
describe.each(Object.entries(acts))('%s', (_, act) => {
  it.each([
    ['MEMBER_NOT_FOUND', 'ann', 'cat'],
    ['MEMBER_NOT_FOUND', 'ann', 'nobody'],
    ['MEMBER_NOT_FOUND', 'ann', 'a\0b'],
    ['MEMBER_NOT_FOUND', 'ann', ''],
    ['INSUFFICIENT_PERMISSIONS', 'bob', 'ann'],
    ['INSUFFICIENT_PERMISSIONS', 'cat', 'ann'],
    ['WORKSPACE_NOT_FOUND', 'eve', 'bob'],
    ['USER_NOT_VALIDATED', 'new', 'bob'],
    ['USER_NOT_VALIDATED', 'gone', 'bob'],
    ['LAST_ADMIN', 'ann', 'ann'],
    ['LAST_ADMIN', 'boss', 'ann'],
  ])('is refused with %s (%s, of %j) and changes nothing', async (reason, by, target) => {
    const id = await workspace({ ann: 'ADMIN', bob: 'WRITE', gone: 'ADMIN' });
    const before = await see(db.pool, id);
    expect(await act(by, id, target)).toBe(reason);
    expect(await see(db.pool, id)).toEqual(before);
    expect(await auditOf(db.pool, id)).toEqual([]);
  });

  it('counts an ADMIN who is not validated, and none who is revoked or stayed out of a restore', async () => {
    const id = await workspace({ ann: 'ADMIN', new: 'ADMIN' });
    expect(await act('boss', id, 'ann')).toEqual({});
    const stale = await workspace({ ann: 'ADMIN', gone: 'ADMIN' });
    await db.pool.query(
      `insert into membership (workspace_id, user_id, role, suspended_epoch) values ($1, 'cat', 'ADMIN', 0)`,
      [stale],
    );
    expect(await act('boss', stale, 'ann')).toBe('LAST_ADMIN');
    expect(await act('boss', stale, 'cat')).toBe('MEMBER_NOT_FOUND');
    expect(await act('ann', stale, 'gone')).toEqual({});
  });

  it('knows no deleted or malformed workspace', async () => {
    const id = await workspace({ ann: 'ADMIN', bob: 'WRITE', cat: 'ADMIN' });
    await softDelete(db.pool, id);
    for (const by of ['ann', 'bob', 'boss']) expect(await act(by, id, 'cat')).toBe('WORKSPACE_NOT_FOUND');
    expect(await act('ann', 'no id', 'bob')).toBe('WORKSPACE_NOT_FOUND');
    expect((await see(db.pool, id)).members).toHaveLength(3);
  });
});

it('makes no orphan by a removal: somebody who is still a user is made ADMIN first', async () => {
  const id = await workspace({ gone: 'ADMIN', bob: 'READ' });
  expect(await remove('boss', id, 'bob')).toBe('LAST_ADMIN');
  expect(await update('boss', id, 'bob', WRITE)).toEqual({});
  expect(await update('boss', id, 'bob', ADMIN)).toEqual({});
  expect(await remove('bob', id, 'gone')).toEqual({});
});

it('says what to do about the last ADMIN', async () => {
  const id = await workspace();
  const refusal = removeMemberRpc(db.pool)({ caller: callerNamed('ann'), workspaceId: id, userId: 'ann' });
  await expect(refusal).rejects.toThrow(/make somebody else ADMIN first/);
});
