import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DeletionKind, DeletionState, type Deletion } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { byLoop, byOperator, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke } from '../testing/world.sql.js';
import { pageToken } from '../requests.js';
import { listDeletionsRpc } from '../list-deletions/list-deletions.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const ORGANIZATIONS = ['a', 'org1', 'org10', 'z'];
const CERTIFICATE = randomUUID();
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const organization of [...ORGANIZATIONS, 'empty']) await addOrganization(db.pool, organization, {});
  for (const organization of ORGANIZATIONS) {
    const [user, gone] = [`${organization}-ann`, `${organization}-gone`];
    await addUser(db.pool, organization, user);
    await addUser(db.pool, organization, gone);
    await revoke(db.pool, gone, 60);
    for (let n = 0; n < 6; n++) {
      const id = await addWorkspace(db.pool, organization, { [user]: 'ADMIN' });
      await softDelete(db.pool, id);
      if (n % 3 === 1) await byLoop(db.pool, organization, id);
      if (n % 3 === 2) {
        await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
        await softDelete(db.pool, id);
      }
    }
    const orphan = await addWorkspace(db.pool, organization, { [gone]: 'ADMIN' });
    await byOperator(db.pool, organization, orphan, 'orphaned');
  }
  // One is purged; and three are of one millisecond.
  await db.pool.query(
    `with purged as (update deletion set purged_time = clock_timestamp()
                      where deletion_id = (select min(deletion_id::text)::uuid from deletion where state = 'purging') returning *)
     insert into certificate select $1, deletion_id, organization_id, 1, 'jws', purged_time from purged`,
    [CERTIFICATE],
  );
  await db.pool.query(`alter table deletion disable trigger deletion_moves`);
  await db.pool.query(
    `update deletion set delete_time = 'yesterday', purge_time = 'yesterday' where organization_id = 'org1' and state = 'scheduled'`,
  );
  await db.pool.query(`alter table deletion enable trigger deletion_moves`);
});
afterAll(() => db.drop());

const list = (organizationId: string, pageSize: number, state = DeletionState.UNSPECIFIED, token = '') =>
  listDeletionsRpc(db.pool)({ organizationId, state, pageSize, pageToken: token });
async function all(organizationId: string, pageSize: number, state?: DeletionState): Promise<Deletion[]> {
  const found: Deletion[] = [];
  for (let token = '', more = true; more; more = token !== '') {
    const page = await list(organizationId, pageSize, state, token);
    expect(page.deletions.length).toBeLessThanOrEqual(pageSize || 100);
    found.push(...page.deletions);
    token = page.nextPageToken;
  }
  return found;
}
const begin = ({ deleteTime, grantTime }: Deletion) => (deleteTime ?? grantTime)!.toISOString();

describe('ListDeletions', () => {
  it('lists all, by organization, newest first within each', async () => {
    const found = await all('', 0);
    expect(found).toHaveLength(ORGANIZATIONS.length * 9);
    expect(new Set(found.map((d) => d.deletionId)).size).toBe(found.length);
    expect([...new Set(found.map((d) => d.organizationId))]).toEqual(ORGANIZATIONS);
    for (const organization of ORGANIZATIONS) {
      const own = found.filter((d) => d.organizationId === organization);
      const keys = own.map((d) => `${begin(d)} ${d.deletionId}`);
      expect(keys).toEqual([...keys].sort().reverse());
      expect(await all(organization, 0)).toEqual(own);
    }
    for (const size of [1, 2, 5, 8, 9, 10, 1000]) expect(await all('', size)).toEqual(found);
    for (const size of [1, 4, 9]) expect(await all('org1', size)).toEqual(found.slice(9, 18));
    expect(await all('empty', 0)).toEqual([]);
  });

  it.each([
    [DeletionState.SCHEDULED, 'scheduled'],
    [DeletionState.RESTORED, 'restored'],
    [DeletionState.PURGING, 'purging'],
    [DeletionState.PURGED, 'purged'],
  ])('lists those of state %i alone', async (state) => {
    const expected = (await all('', 0)).filter((d) => d.state === state);
    expect(expected.length).toBeGreaterThan(0);
    for (const size of [0, 1, 3]) expect(await all('', size, state)).toEqual(expected);
    for (const organization of ORGANIZATIONS)
      expect(await all(organization, 2, state)).toEqual(
        expected.filter((d) => d.organizationId === organization),
      );
  });

  it('lists orphans with their grant, purged ones with their certificate, without what is said of progress', async () => {
    const found = await all('', 0);
    const orphans = found.filter((d) => d.kind === DeletionKind.ORPHANED);
    expect(orphans).toHaveLength(ORGANIZATIONS.length);
    for (const { deleteTime, grantTime } of orphans)
      expect([deleteTime, grantTime]).toEqual([undefined, expect.any(Date)]);
    expect(found.filter((d) => d.certificateId !== '').map((d) => [d.certificateId, d.state])).toEqual([
      [CERTIFICATE, DeletionState.PURGED],
    ]);
    for (const { progress, conditions, participants } of found)
      expect({ progress, conditions, participants }).toEqual({
        ...{ progress: undefined, conditions: [], participants: [] },
      });
  });

  it('goes on behind a page, whatever is deleted meanwhile', async () => {
    const before = await all('z', 0);
    const first = await list('z', 3);
    const id = await addWorkspace(db.pool, 'z', { 'z-ann': 'ADMIN' });
    await softDelete(db.pool, id);
    const rest = await list('z', 0, DeletionState.UNSPECIFIED, first.nextPageToken);
    expect([...first.deletions, ...rest.deletions]).toEqual(before);
    expect((await all('z', 0))[0]?.workspaceId).toBe(id);
  });

  it('refuses an organization that is none, a state that is none, and a page of another organization', async () => {
    for (const organization of ['org', 'ORG1', 'org1 '])
      expect(await reasonOf(list(organization, 0))).toBe('ORGANIZATION_NOT_FOUND');
    expect(await reasonOf(list('', 0, DeletionState.UNRECOGNIZED))).toBe('INVALID_ARGUMENT');
    const { nextPageToken } = await list('org10', 1);
    expect(await reasonOf(list('org1', 1, undefined, nextPageToken))).toBe('INVALID_ARGUMENT');
    for (const token of [pageToken(['a']), pageToken(['a', 'yesterday', randomUUID()]), 'x'])
      expect(await reasonOf(list('', 1, undefined, token))).toBe('INVALID_ARGUMENT');
  });
});
