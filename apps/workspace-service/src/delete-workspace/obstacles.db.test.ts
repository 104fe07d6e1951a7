import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerNamed } from '../testing/stories.js';
import { addBucket, addOrganization, addUser, addWorkspace, hold, see } from '../testing/world.sql.js';
import { deleteWorkspace } from './delete-workspace.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

const workspace = () => addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
const remove = (userId: string, workspaceId: string) =>
  deleteWorkspace(db.pool, { caller: callerNamed(userId), workspaceId, etag: '' });

describe('a deletion', () => {
  it('is refused while a hold is in force, whoever placed how many, and not for one that was released', async () => {
    const id = await workspace();
    await hold(db.pool, id);
    await db.pool.query(
      `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
       values (gen_random_uuid(), $1, 'court', 'because', 'owner', false)`,
      [id],
    );
    const before = await see(db.pool, id);
    expect(await remove('ann', id)).toEqual({ kind: 'held', holds: 2 });
    const release = `update hold set release_time = now(), released_by = 'o' where workspace_id = $1 and by_operator = $2`;
    await db.pool.query(release, [id, true]);
    expect(await remove('ann', id)).toEqual({ kind: 'held', holds: 1 });
    expect(await see(db.pool, id)).toEqual(before);
    await db.pool.query(release, [id, false]);
    expect((await remove('ann', id)).kind).toBe('scheduled');
  });

  it('is refused to the default of the organization, until another one is or none', async () => {
    const id = await workspace();
    await db.pool.query(`update workspace set is_default = true where workspace_id = $1`, [id]);
    const before = await see(db.pool, id);
    expect(await remove('ann', id)).toEqual({ kind: 'default_workspace' });
    expect(await see(db.pool, id)).toEqual(before);
    await db.pool.query(`update workspace set is_default = false where workspace_id = $1`, [id]);
    expect((await remove('ann', id)).kind).toBe('scheduled');
  });

  it('says resources before holds before the default', async () => {
    const id = await workspace();
    const bucket = await addBucket(db.pool, id);
    await hold(db.pool, id);
    await db.pool.query(`update workspace set is_default = true where workspace_id = $1`, [id]);
    expect((await remove('ann', id)).kind).toBe('has_resources');
    await db.pool.query(`update bucket set delete_time = now() where bucket_id = $1`, [bucket]);
    expect((await remove('ann', id)).kind).toBe('held');
    await db.pool.query(`update hold set release_time = now(), released_by = 'o' where workspace_id = $1`, [
      id,
    ]);
    expect((await remove('ann', id)).kind).toBe('default_workspace');
  });
});
