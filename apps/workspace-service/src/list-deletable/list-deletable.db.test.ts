import { fileURLToPath } from 'node:url';
import { DeletionKind } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, hold, revoke } from '../testing/world.sql.js';
import { listDeletableRpc } from './list-deletable.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
/** `organization workspace kind`, in the order in which they must come. */
const expected: string[] = [];
let db: TestDatabase;
const workspace = (organization: string, user: string) =>
  addWorkspace(db.pool, organization, { [`${organization}-${user}`]: 'ADMIN' });

beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const organization of ['org1', 'org10', 'org2']) {
    await addOrganization(db.pool, organization, { mode: organization === 'org2' ? 'manual' : 'automatic' });
    await addUser(db.pool, organization, `${organization}-here`);
    await addUser(db.pool, organization, `${organization}-gone`);
    await revoke(db.pool, `${organization}-gone`, 60);
    for (let n = 0; n < 7; n++) {
      const planned = await workspace(organization, 'here');
      await softDelete(db.pool, planned);
      expected.push(`${organization} ${planned} 1`);
      expected.push(`${organization} ${await workspace(organization, 'gone')} 2`);
    }
    // What must not be listed: live, held of either kind, granted.
    await workspace(organization, 'here');
    for (const user of ['here', 'gone']) {
      const held = await workspace(organization, user);
      if (user === 'here') await softDelete(db.pool, held);
      await hold(db.pool, held);
    }
  }
  const granted = await workspace('org1', 'here');
  await softDelete(db.pool, granted);
  await byLoop(db.pool, 'org1', granted);
  await addOrganization(db.pool, 'later', { graceSeconds: 3600, orphanDelaySeconds: 3600 });
  await addOrganization(db.pool, 'sealed', { sequestered: true });
  await addOrganization(db.pool, 'bare');
  for (const organization of ['later', 'sealed', 'bare']) {
    await addUser(db.pool, organization, `${organization}-gone`);
    await revoke(db.pool, `${organization}-gone`, 60);
    const orphan = await workspace(organization, 'gone');
    if (organization !== 'sealed') await softDelete(db.pool, orphan);
  }
  expected.sort();
});
afterAll(() => db.drop());

async function listed(organizationId: string, pageSize: number): Promise<{ found: string[]; pages: number }> {
  const found: string[] = [];
  let pageToken = '';
  for (let pages = 1; ; pages++) {
    const page = await listDeletableRpc(db.pool)({ organizationId, pageSize, pageToken });
    expect(page.candidates.length).toBeLessThanOrEqual(pageSize);
    found.push(...page.candidates.map((c) => `${c.organizationId} ${c.workspaceId} ${c.kind}`));
    pageToken = page.nextPageToken;
    if (pageToken === '') return { found, pages };
  }
}

describe('ListDeletable', () => {
  it.each([1, 2, 3, 5, 1000])(
    'lists both kinds of all organizations in key order, %i a page',
    async (size) => {
      expect((await listed('', size)).found).toEqual(expected);
    },
  );

  it('lists one organization and not those whose ids begin alike', async () => {
    for (const organization of ['org1', 'org10']) {
      const { found } = await listed(organization, 4);
      expect(found).toEqual(expected.filter((key) => key.startsWith(`${organization} `)));
    }
  });

  it('ends with a full page and no empty one behind it', async () => {
    expect(await listed('org1', 14)).toMatchObject({ pages: 1 });
    expect(await listed('org1', 7)).toMatchObject({ pages: 2 });
  });

  it('says since when', async () => {
    const { candidates } = await listDeletableRpc(db.pool)({
      organizationId: 'org2',
      pageSize: 0,
      pageToken: '',
    });
    for (const { kind, since, epoch } of candidates)
      expect([Date.now() - since!.getTime() > 59_000, epoch]).toEqual(
        kind === DeletionKind.ORPHANED ? [true, 0] : [false, 1],
      );
  });

  it('knows which organization there is not', async () => {
    for (const organizationId of ['org', 'org1 ', 'ORG1'])
      expect(await reasonOf(listDeletableRpc(db.pool)({ organizationId, pageSize: 0, pageToken: '' }))).toBe(
        'ORGANIZATION_NOT_FOUND',
      );
  });
});
