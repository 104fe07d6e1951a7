import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { listOpenGrantsRpc } from '../list-open-grants/list-open-grants.rpc.js';
import { reportErasureRpc } from '../report-erasure/report-erasure.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { byLoop, contextOf, evidence, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

const workspace = () => addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
async function granted(): Promise<string> {
  const id = await workspace();
  await softDelete(db.pool, id);
  await byLoop(db.pool, 'org1', id);
  return id;
}
const get = (workspaceId: string, epoch: number) => reasonOf(getGrantRpc(db.pool)({ workspaceId, epoch }));

describe('GetGrant', () => {
  it('answers the grant of exactly its epoch', async () => {
    const id = await granted();
    expect(await get(id.toUpperCase(), 1)).toMatchObject({ grant: { workspaceId: id, epoch: 1, kind: 1 } });
    for (const epoch of [2, 3, Number.MAX_SAFE_INTEGER]) expect(await get(id, epoch)).toBe('NO_GRANT');
    for (const epoch of [0, -1]) expect(await get(id, epoch)).toBe('INVALID_ARGUMENT');
  });

  it('finds none of an active, a deleted, a restored or an unknown workspace', async () => {
    const [active, deleted, restored] = [await workspace(), await workspace(), await workspace()];
    await softDelete(db.pool, deleted);
    await softDelete(db.pool, restored);
    await restoreWorkspace(db.pool, { workspaceId: restored, caller: undefined, operator: 'o' });
    for (const id of [active, deleted, restored, crypto.randomUUID(), 'no id'])
      for (const epoch of [1, 2]) expect(await get(id, epoch)).toBe('NO_GRANT');
  });

  it('finds none behind a state that no grant made', async () => {
    const id = await workspace();
    await softDelete(db.pool, id);
    // Somebody has tampered with the database: its own guards refuse this.
    await db.pool.query(
      `begin; set local session_replication_role = replica;
       update workspace set state = 'purging' where workspace_id = '${id}'; commit`,
    );
    expect(await get(id, 1)).toBe('NO_GRANT');
  });
});

describe('ListOpenGrants', () => {
  it('pages through what the caller has yet to report on, oldest first', async () => {
    const mine = contextOf('realm-purge');
    const list = async (pageSize: number): Promise<string[]> => {
      const found: string[] = [];
      let pageToken = '';
      do {
        const page = await listOpenGrantsRpc(db.pool)({ pageSize, pageToken }, mine);
        found.push(...page.grants.map((grant) => grant.workspaceId));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      return found;
    };
    const before = await list(1000);
    const ids = [await granted(), await granted(), await granted(), await granted()];
    for (const size of [1, 2, 3, 1000]) expect((await list(size)).slice(before.length)).toEqual(ids);
    const report = reportErasureRpc(db.pool, () => undefined);
    await report({ workspaceId: ids[1]!, epoch: 1, evidence: evidence() }, mine);
    expect((await list(2)).slice(before.length)).toEqual([ids[0], ids[2], ids[3]]);
    const others = await listOpenGrantsRpc(db.pool)({ pageSize: 0, pageToken: '' }, contextOf('mail'));
    expect(others.grants).toEqual([]);
  });
});
