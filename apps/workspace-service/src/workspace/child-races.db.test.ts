import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMemberRpc } from '../add-member/add-member.rpc.js';
import { createBucketRpc } from '../create-bucket/create-bucket.rpc.js';
import { createRepositoryRpc } from '../create-repository/create-repository.rpc.js';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { callerNamed, expectBoth, race, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';

const TIMES = 1000;
const LIMIT_MS = 180_000;
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
  await addUser(db.pool, 'org1', 'bob');
});
afterAll(() => db.drop());

const caller = callerNamed('ann');
const creations = {
  bucket: (workspaceId: string) => createBucketRpc(db.pool)({ caller, workspaceId, name: 'x' }),
  repository: (workspaceId: string) =>
    createRepositoryRpc(db.pool)({ caller, workspaceId, name: 'x', bucketIds: [] }),
  member: (workspaceId: string) =>
    addMemberRpc(db.pool)({ caller, workspaceId, userId: 'bob', role: WorkspaceRole.WRITE }),
};

/** A thousand times: what the creation was answered, and the deletion. */
async function raceDeletion(create: (workspaceId: string) => Promise<unknown>) {
  const ids: string[] = [];
  const results = await race(TIMES, async (n) => {
    const workspaceId = (ids[n] = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' }));
    return [
      async () => {
        const answer = await reasonOf(create(workspaceId));
        if (answer instanceof Error) throw answer;
        return answer !== 'WORKSPACE_NOT_FOUND';
      },
      async () => (await deleteWorkspace(db.pool, { caller, workspaceId, etag: '' })).kind,
    ];
  });
  const { rows } = await db.pool.query<{ id: string; seen: string }>(
    `select w.workspace_id as id,
            concat_ws(' ', w.state,
                      (select count(*) from bucket b where b.workspace_id = w.workspace_id and b.delete_time is null)
                        + (select count(*) from repository r where r.workspace_id = w.workspace_id and r.delete_time is null),
                      (select string_agg(m.user_id || coalesce('!' || m.suspended_epoch, ''), ',' order by m.user_id)
                         from membership m where m.workspace_id = w.workspace_id)) as seen
       from workspace w
      where w.workspace_id = any($1)`,
    [ids],
  );
  const seen = new Map(rows.map((row) => [row.id, row.seen]));
  return results.map(([created, removed], n) => ({ created, removed, seen: seen.get(ids[n]!) }));
}

describe(`one winner, ${TIMES} times,`, () => {
  it.each(['bucket', 'repository'] as const)(
    'of creating a %s and deletion',
    async (child) => {
      const rounds = await raceDeletion(creations[child]);
      for (const { created, removed, seen } of rounds)
        expect([removed, seen]).toEqual(
          created ? ['has_resources', 'active 1 ann'] : ['scheduled', 'deleted 0 ann!1'],
        );
      expectBoth(rounds.map(({ created }) => created));
    },
    LIMIT_MS,
  );

  it(
    'of adding a member and deletion: either comes first, and who was added first was suspended',
    async () => {
      const rounds = await raceDeletion(creations.member);
      for (const { created, removed, seen } of rounds)
        expect([removed, seen]).toEqual(['scheduled', created ? 'deleted 0 ann!1,bob!1' : 'deleted 0 ann!1']);
      expectBoth(rounds.map(({ created }) => created));
    },
    LIMIT_MS,
  );
});

it('no workspace of the whole database that is not active has a live bucket or repository, or a member that counts', async () => {
  const { rows } = await db.pool.query(
    `select w.workspace_id, w.state, child.kind
       from workspace w
       join (select workspace_id, 'bucket' as kind from bucket where delete_time is null
             union all
             select workspace_id, 'repository' from repository where delete_time is null
             union all
             select workspace_id, 'member' from membership where suspended_epoch is null) child using (workspace_id)
      where w.state <> 'active'`,
  );
  expect(rows).toEqual([]);
  const { rows: states } = await db.pool.query<{ state: string; rounds: number }>(
    `select state, count(*) as rounds from workspace group by state order by state`,
  );
  expect(states.map(({ state }) => state)).toEqual(['active', 'deleted']);
  expect(states.reduce((sum, { rounds }) => sum + rounds, 0)).toBe(3 * TIMES);
});
