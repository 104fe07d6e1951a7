import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageToken } from '../requests.js';
import { callerNamed } from '../testing/stories.js';
import { addBucket, addOrganization, addRepository, addUser, addWorkspace } from '../testing/world.sql.js';
import { listRepositoriesRpc } from './list-repositories.rpc.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  for (const organization of ['org1', 'org10']) await addOrganization(db.pool, organization);
  for (const user of ['ann', 'bob']) await addUser(db.pool, 'org1', user, { orgRole: 255 });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
});
afterAll(() => db.drop());

async function found(user: string, repositoryId: string, workspaceId = '', token = '') {
  const request = { workspaceId, repositoryId, pageSize: 1, pageToken: token };
  const answer = await listRepositoriesRpc(db.pool)({ caller: callerNamed(user), ...request });
  expect(answer.nextPageToken).toBe('');
  return answer.repositories;
}

describe('a repository asked for by its id', () => {
  it('is found among many, on one page, in whatever workspace it is', async () => {
    for (let n = 0; n < 3; n++)
      for (const workspace of [await addWorkspace(db.pool, 'org1', { ann: 'READ' })])
        for (let m = 0; m < 3; m++) await addRepository(db.pool, workspace);
    const workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'READ' });
    const bucketId = await addBucket(db.pool, workspaceId);
    const id = await addRepository(db.pool, workspaceId, [bucketId]);
    const one = [expect.objectContaining({ repositoryId: id, workspaceId, bucketIds: [bucketId] })];
    expect(await found('ann', id)).toEqual(one);
    expect(await found('ann', id.toUpperCase(), workspaceId)).toEqual(one);
    expect(await found('ann', id, '', pageToken([randomUUID(), randomUUID()]))).toEqual(one);
  });

  it('is found by nobody else, and not when it is deleted, elsewhere or none', async () => {
    const workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const other = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const [id, gone] = [await addRepository(db.pool, workspaceId), await addRepository(db.pool, workspaceId)];
    await db.pool.query(`update repository set delete_time = now() where repository_id = $1`, [gone]);
    for (const user of ['bob', 'eve']) expect(await found(user, id)).toEqual([]);
    for (const none of [gone, randomUUID(), 'x', 'a\0b', 'x'.repeat(129)])
      expect(await found('ann', none)).toEqual([]);
    expect(await found('ann', id, other)).toEqual([]);
    expect(await found('ann', id, 'no id')).toEqual([]);
    expect(await found('ann', id)).toHaveLength(1);
  });

  it('is not found where the membership was suspended, or the organization is another', async () => {
    const workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', eve: 'ADMIN' });
    const id = await addRepository(db.pool, workspaceId);
    expect(await found('eve', id)).toEqual([]);
    await db.pool.query(
      `update membership set suspended_epoch = 0 where workspace_id = $1 and user_id = 'ann'`,
      [workspaceId],
    );
    expect(await found('ann', id)).toEqual([]);
  });
});
