import { fileURLToPath } from 'node:url';
import type { Queryable } from '@lethe/postgres';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explaining } from '../testing/explained.js';
import { callerNamed, reasonOf } from '../testing/stories.js';
import { addManyUsers } from '../testing/users.sql.js';
import { addOrganization, addUser, revoke } from '../testing/world.sql.js';
import { listUsersRpc } from './list-users.rpc.js';
import { countUsers, listUsers } from './list-users.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const HERE = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6'];
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const organization of ['org1', 'org10']) await addOrganization(db.pool, organization);
  for (const user of [...HERE].reverse()) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'org1', 'u25-gone');
  await revoke(db.pool, 'u25-gone');
  await addUser(db.pool, 'org1', 'unvalidated', { validated: false, orgRole: 255 });
  await addUser(db.pool, 'org10', 'u15-elsewhere', { orgRole: 254 });
});
afterAll(() => db.drop());

const list = (
  userId: string,
  request: { pageSize?: number; pageToken?: string; showDeleted?: boolean } = {},
) =>
  listUsersRpc(db.pool)({
    caller: callerNamed(userId),
    ...{ pageSize: 0, pageToken: '', showDeleted: false },
    ...request,
  });

describe('ListUsers', () => {
  it.each([1, 2, 3, 8, 9, 10, 1000])(
    'pages through the own organization by id, %i a page',
    async (pageSize) => {
      for (const showDeleted of [false, true]) {
        const expected = [...HERE, ...(showDeleted ? ['u25-gone'] : []), 'unvalidated'].sort();
        const found: string[] = [];
        let [pageToken, pages] = ['', 0];
        do {
          const page = await list('u3', { pageSize, pageToken, showDeleted });
          expect(page.totalSize).toBe(expected.length);
          found.push(...page.users.map((user) => user.userId));
          pageToken = page.nextPageToken;
          pages += 1;
        } while (pageToken !== '');
        expect(found).toEqual(expected);
        expect(pages).toBe(Math.ceil(expected.length / pageSize));
      }
    },
  );

  it('says of each what there is to say, and since when one is revoked', async () => {
    const { users } = await list('u0', { showDeleted: true });
    expect(users.find((user) => user.userId === 'unvalidated')).toEqual({
      userId: 'unvalidated',
      name: 'First',
      lastName: 'Last',
      email: 'unvalidated@example.org',
      orgRole: 255,
      organizationId: 'org1',
      validated: false,
      revokeTime: undefined,
    });
    expect(users.find((user) => user.userId === 'u25-gone')?.revokeTime).toBeInstanceOf(Date);
  });

  it('is for every user of the organization, validated or not, and for nobody else', async () => {
    expect((await list('unvalidated')).totalSize).toBe(8);
    expect((await list('u15-elsewhere')).users.map((user) => user.userId)).toEqual(['u15-elsewhere']);
    for (const nobody of ['u25-gone', 'stranger'])
      expect(await reasonOf(list(nobody))).toBe('USER_NOT_FOUND');
    const elsewhere = { caller: { userId: 'u0', organizationId: 'org10' } };
    const request = { ...elsewhere, pageSize: 0, pageToken: '', showDeleted: false };
    expect(await reasonOf(listUsersRpc(db.pool)(request))).toBe('USER_NOT_FOUND');
  });

  it('begins a page behind its token, whatever organization the token came from', async () => {
    const { nextPageToken } = await list('u0', { pageSize: 2 });
    expect((await list('u15-elsewhere', { pageToken: nextPageToken })).users).toHaveLength(1);
    for (const pageToken of ['x', Buffer.from('["a\\u0000"]').toString('base64url')])
      expect(await reasonOf(list('u0', { pageToken }))).toBe('INVALID_ARGUMENT');
  });
});

describe('among 50 000 users of 100 organizations', () => {
  it('reads of each page what it answers and the revoked between, and of the count its own organization', async () => {
    await addManyUsers(db.pool, 100, 500);
    const read = async (run: (on: Queryable) => Promise<unknown>) => {
      const { pool, explained } = explaining(db.pool);
      await run(pool);
      const nodes = explained[0]!.nodes.filter((node) => node.relation === 'account');
      expect(nodes.map((node) => node.type)).not.toContain('Seq Scan');
      return Math.max(...nodes.map((node) => node.handled));
    };
    for (const after of ['', 'many-50-4', 'z'])
      for (const showDeleted of [false, true])
        expect(await read((on) => listUsers(on, 'many-50', showDeleted, after, 101))).toBeLessThanOrEqual(
          250,
        );
    expect(await read((on) => countUsers(on, 'many-50', false))).toBe(500);
    expect(await countUsers(db.pool, 'many-50', false)).toBe(250);
  });
});
