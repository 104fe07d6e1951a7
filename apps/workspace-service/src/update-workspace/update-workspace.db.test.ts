import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerNamed, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, auditOf, revoke, see } from '../testing/world.sql.js';
import { updateWorkspaceRpc } from './update-workspace.rpc.js';

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
interface Change {
  readonly name?: string;
  readonly isDefault?: boolean;
  readonly etag?: string;
}
const answer = (by: string, workspaceId: string, { name, isDefault, etag = '' }: Change) =>
  updateWorkspaceRpc(db.pool)({ caller: callerNamed(by), workspaceId, name, isDefault, etag });
const update = (...request: Parameters<typeof answer>) => reasonOf(answer(...request));

/** A default of one's own for each test: only one workspace of an organization has it. */
async function organizationWith(workspaces: number): Promise<{ boss: string; ids: string[] }> {
  const organization = `o${Math.random()}`;
  const boss = `boss of ${organization}`;
  await addOrganization(db.pool, organization, {});
  await addUser(db.pool, organization, boss, { orgRole: 255 });
  const ids: string[] = [];
  for (let n = 0; n < workspaces; n++)
    ids.push(await addWorkspace(db.pool, organization, { [boss]: 'ADMIN' }));
  return { boss, ids };
}

describe('the name', () => {
  it.each(['ann', 'boss'])('is changed by %s; the audit says that, never the name', async (by) => {
    const id = await workspace();
    const other = await workspace();
    const { workspace: changed } = await answer(by, id, { name: '  new plans ' });
    expect(changed).toMatchObject({ workspaceId: id, name: 'new plans', etag: '0.2', isDefault: false });
    expect(changed?.members.map((member) => member.userId)).toEqual(['ann', 'bob']);
    expect(await see(db.pool, id)).toMatchObject({ name: 'new plans', etag: '0.2' });
    expect(await auditOf(db.pool, id)).toEqual([`${by} 0 1 ${id} {"change": "name"}`]);
    expect((await see(db.pool, other)).name).toBe('secret plans');
  });

  it.each(['', ' ', 'x'.repeat(256), 'a\0b', 'a\nb', 'a\u001b[2J', 'a\u009bb'])(
    'is refused as %j',
    async (name) => {
      const id = await workspace();
      expect(await update('ann', id, { name })).toBe('INVALID_ARGUMENT');
      expect((await see(db.pool, id)).name).toBe('secret plans');
    },
  );

  it('may have 255 characters of any script, and be another workspace’s', async () => {
    const [id, other] = [await workspace(), await workspace()];
    for (const name of ['x'.repeat(255), 'Grüße 東京 👩‍🚀'])
      for (const which of [id, other])
        expect((await answer('ann', which, { name })).workspace?.name).toBe(name);
  });
});

describe('nothing to change', () => {
  it.each<Change>([{}, { name: 'secret plans' }, { name: ' secret plans', etag: '0.1' }])(
    'answers the workspace as it is: %j',
    async (change) => {
      const id = await workspace();
      expect((await answer('ann', id, change)).workspace).toMatchObject({
        name: 'secret plans',
        etag: '0.1',
      });
      expect((await see(db.pool, id)).etag).toBe('0.1');
      expect(await auditOf(db.pool, id)).toEqual([]);
    },
  );
});

describe('the default', () => {
  it('is one in an organization: giving it takes it from the other, and both get a new etag', async () => {
    const { boss, ids } = await organizationWith(2);
    const { ids: others } = await organizationWith(1);
    const [first, second] = ids as [string, string];
    expect((await answer(boss, first, { isDefault: true })).workspace).toMatchObject({
      isDefault: true,
      etag: '0.2',
    });
    const { workspace: now } = await answer(boss, second, { isDefault: true, name: 'n', etag: '0.1' });
    expect(now).toMatchObject({ isDefault: true, name: 'n', etag: '0.2' });
    expect((await answer(boss, first, {})).workspace).toMatchObject({ isDefault: false, etag: '0.3' });
    const audit = (id: string, change: string) => `${boss} 0 1 ${id} {"change": ${change}}`;
    expect(await auditOf(db.pool, first)).toEqual([
      audit(first, '"default", "isDefault": true'),
      audit(first, '"default", "isDefault": false'),
    ]);
    expect(await auditOf(db.pool, second)).toEqual([
      audit(second, '"name"'),
      audit(second, '"default", "isDefault": true'),
    ]);
    expect((await see(db.pool, others[0]!)).etag).toBe('0.1');
  });

  it('may be nobody’s again, and given twice it is given once', async () => {
    const { boss, ids } = await organizationWith(1);
    const id = ids[0]!;
    for (const [isDefault, etag] of [
      [true, '0.2'],
      [true, '0.2'],
      [false, '0.3'],
      [false, '0.3'],
    ] as const)
      expect((await answer(boss, id, { isDefault })).workspace).toMatchObject({ isDefault, etag });
    expect(await auditOf(db.pool, id)).toHaveLength(2);
  });

  it('is the administrators’ alone to give and to take', async () => {
    const id = await workspace();
    for (const isDefault of [true, false]) {
      expect(await update('ann', id, { isDefault, name: 'n' })).toBe('INSUFFICIENT_PERMISSIONS');
      expect(await update('eve', id, { isDefault })).toBe('WORKSPACE_NOT_FOUND');
    }
    expect(await see(db.pool, id)).toMatchObject({ name: 'secret plans', etag: '0.1' });
  });
});

describe('updateWorkspace', () => {
  it.each([
    ['ETAG_MISMATCH', 'ann', { name: 'n', etag: '0.7' }],
    ['ETAG_MISMATCH', 'ann', { etag: 'a\0b' }],
    ['INSUFFICIENT_PERMISSIONS', 'bob', { name: 'n', etag: '0.7' }],
    ['INSUFFICIENT_PERMISSIONS', 'bob', {}],
    ['INSUFFICIENT_PERMISSIONS', 'cat', { name: 'n' }],
    ['WORKSPACE_NOT_FOUND', 'eve', { name: 'n' }],
    ['USER_NOT_VALIDATED', 'new', { name: 'n' }],
    ['USER_NOT_VALIDATED', 'gone', { name: 'n' }],
    ['USER_NOT_VALIDATED', 'nobody', { name: 'n' }],
  ] as const)('refuses with %s (%s) and changes nothing: %j', async (reason, by, change) => {
    const id = await workspace({ ann: 'ADMIN', bob: 'WRITE', new: 'ADMIN', gone: 'ADMIN' });
    const before = await see(db.pool, id);
    expect(await update(by, id, change)).toBe(reason);
    expect(await see(db.pool, id)).toEqual(before);
    expect(await auditOf(db.pool, id)).toEqual([]);
  });

  it('knows no deleted or malformed workspace', async () => {
    const id = await workspace();
    await softDelete(db.pool, id);
    for (const by of ['ann', 'boss', 'cat'])
      expect(await update(by, id, { name: 'n' })).toBe('WORKSPACE_NOT_FOUND');
    expect(await update('boss', id, { isDefault: true })).toBe('WORKSPACE_NOT_FOUND');
    expect(await update('ann', 'no id', { name: 'n' })).toBe('WORKSPACE_NOT_FOUND');
    expect((await see(db.pool, id)).name).toBe('secret plans');
  });
});
