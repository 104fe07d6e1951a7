import { fileURLToPath } from 'node:url';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deleteWorkspace, type DeleteOutcome } from '../delete-workspace/delete-workspace.js';
import { callerNamed } from '../testing/stories.js';
import { watchedPool } from '../testing/watched-pool.js';
import { addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());

let rounds = 0;
let [organization, ann] = ['', ''];
beforeEach(async () => {
  rounds += 1;
  [organization, ann] = [`org${rounds}`, `ann${rounds}`];
  await addOrganization(db.pool, organization, { graceSeconds: 3600 });
  await addUser(db.pool, organization, ann);
});

/** What others do, by direct SQL, so without the services' word to each other: the etag stays as it was. */
const CHANGES: Record<string, { sql: string; outcome: Partial<DeleteOutcome> }> = {
  'a bucket comes': {
    sql: `insert into bucket (bucket_id, workspace_id, name, created_by) values (gen_random_uuid(), $1, 'b', 'u')`,
    outcome: { kind: 'has_resources', buckets: 1, repositories: 0 },
  },
  'a repository comes': {
    sql: `insert into repository (repository_id, workspace_id, name, created_by) values (gen_random_uuid(), $1, 'r', 'u')`,
    outcome: { kind: 'has_resources', buckets: 0, repositories: 1 },
  },
  'a hold comes': {
    sql: `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator)
          values (gen_random_uuid(), $1, 'court', 'because', 'o', true)`,
    outcome: { kind: 'held', holds: 1 },
  },
  'it becomes the default': {
    sql: `update workspace set is_default = true where workspace_id = $1`,
    outcome: { kind: 'default_workspace' },
  },
  'the caller is revoked': {
    sql: `update account set revoke_time = clock_timestamp()
           where user_id in (select user_id from membership where workspace_id = $1)`,
    outcome: { kind: 'caller_not_validated' },
  },
  'the caller’s address is no longer valid': {
    sql: `update account set validated = false
           where user_id in (select user_id from membership where workspace_id = $1)`,
    outcome: { kind: 'caller_not_validated' },
  },
  'the caller is no longer ADMIN': {
    sql: `with changed as (update membership set role = 'WRITE' where workspace_id = $1)
          update workspace set revision = revision + 1 where workspace_id = $1`,
    outcome: { kind: 'insufficient_permissions' },
  },
  'another deletes it': {
    sql: `with deleted as (
            update workspace set state = 'deleted', epoch = 1, revision = revision + 1 where workspace_id = $1
            returning workspace_id, organization_id
          ), suspended as (
            update membership set suspended_epoch = 1 where workspace_id = $1
          )
          insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, delete_time)
          select gen_random_uuid(), workspace_id, organization_id, 1, 'deletion_planned', 'u', clock_timestamp() from deleted`,
    outcome: { kind: 'already_deleted' },
  },
};

/** The deletion reads, then others act, then it acts. */
async function overtaken(id: string, act: () => Promise<unknown>): Promise<DeleteOutcome> {
  const { pool } = watchedPool(db.pool, (n) => (n === 2 ? act() : Promise.resolve()));
  return deleteWorkspace(pool, { caller: callerNamed(ann), workspaceId: id, etag: '' });
}

/** The deletion acts while others have not committed yet: they commit once it waits for them. */
async function overtakenWhileItWaits(
  id: string,
  act: (tx: PoolClient) => Promise<unknown>,
): Promise<DeleteOutcome> {
  const others = await db.pool.connect();
  let outcome: Promise<DeleteOutcome> | undefined;
  try {
    const { rows } = await others.query<{ pid: number }>('select pg_backend_pid() as pid');
    const begun = async () => {
      await others.query('begin');
      await act(others);
    };
    outcome = overtaken(id, begun);
    await eventually('the deletion waits for the others', async () => {
      const waiting = await db.pool.query(
        `select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))`,
        [rows[0]?.pid],
      );
      return waiting.rowCount === 1;
    });
    await others.query('commit');
    return await outcome;
  } finally {
    others.release();
  }
}

describe.each(Object.entries(CHANGES))('a deletion that read before %s', (_, { sql, outcome }) => {
  it('looks again', async () => {
    const id = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
    expect(await overtaken(id, () => db.pool.query(sql, [id]))).toMatchObject(outcome);
    expect((await see(db.pool, id)).events).toEqual([]);
  });

  it('waits for what is under way, and looks again', async () => {
    const id = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
    expect(await overtakenWhileItWaits(id, (tx) => tx.query(sql, [id]))).toMatchObject(outcome);
    expect((await see(db.pool, id)).events).toEqual([]);
  });
});

describe('a deletion that read before the policy changed', () => {
  const WEEK = 7 * 86_400_000;
  const longer = `update deletion_policy set grace_seconds = 604800 where organization_id = $1`;
  const graceOf = (outcome: DeleteOutcome) => {
    if (outcome.kind !== 'scheduled') throw new Error(outcome.kind);
    const { delete_time, purge_time } = outcome.deletion;
    return purge_time && delete_time && purge_time.getTime() - delete_time.getTime();
  };

  it('purges by the new one', async () => {
    const id = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
    expect(graceOf(await overtaken(id, () => db.pool.query(longer, [organization])))).toBe(WEEK);
    const manual = `update deletion_policy set purge_mode = 'manual' where organization_id = $1`;
    const other = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
    expect(await overtaken(other, () => db.pool.query(manual, [organization]))).toMatchObject({
      deletion: { purge_mode: 'manual' },
    });
    const none = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
    const gone = () =>
      db.pool.query(`delete from deletion_policy where organization_id = $1`, [organization]);
    expect(graceOf(await overtaken(none, gone))).toBe(null);
  });

  it('waits for the change under way, and purges by the new one', async () => {
    const id = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
    expect(graceOf(await overtakenWhileItWaits(id, (tx) => tx.query(longer, [organization])))).toBe(WEEK);
  });
});

it('gives up when others always come between, and has done nothing', async () => {
  const id = await addWorkspace(db.pool, organization, { [ann]: 'ADMIN' });
  const others = `update workspace set revision = revision + 1 where workspace_id = $1`;
  const { pool, statements } = watchedPool(db.pool, (n) =>
    n % 2 === 0 ? db.pool.query(others, [id]) : Promise.resolve(),
  );
  const request = { caller: callerNamed(ann), workspaceId: id, etag: '', idempotencyKey: 'key' };
  expect(await deleteWorkspace(pool, request)).toEqual({ kind: 'contended' });
  expect(statements.length).toBeGreaterThan(20);
  expect(await see(db.pool, id)).toMatchObject({ state: 'active', members: [`${ann}:ADMIN`], events: [] });
  expect(await deleteWorkspace(db.pool, request)).toMatchObject({ kind: 'scheduled' });
});
