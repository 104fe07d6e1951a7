import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, softDelete } from '../testing/stories.js';
import { addBucket, addOrganization, addUser, addWorkspace, hold, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const STATES = ['active', 'deleted', 'purging', 'purged'] as const;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org2');
  for (const user of ['ann', 'bob']) await addUser(db.pool, 'org1', user);
});
afterAll(() => db.drop());

const sql = (text: string, ...values: unknown[]) => db.pool.query(text, values);
const refused = (text: string, ...values: unknown[]) =>
  expect(sql(text, ...values), text).rejects.toMatchObject({ code: '23514' });

/** A workspace in this state, by direct statements; its members are those of the state. */
async function workspaceIn(state: (typeof STATES)[number]): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  if (state !== 'active') await softDelete(db.pool, id);
  if (state === 'purging' || state === 'purged') await byLoop(db.pool, 'org1', id);
  if (state === 'purged')
    await sql(`update workspace set state = 'purged', name = null where workspace_id = $1`, id);
  return id;
}
/** Soft-deletes by a statement that asks nobody. */
const DELETE = `update workspace set state = 'deleted', epoch = epoch + 1 where workspace_id = $1`;

describe('no statement, whoever writes it,', () => {
  it('gives a member to a workspace that is not active, or another role, or brings one back', async () => {
    const insert = `insert into membership (workspace_id, user_id, role) values ($1, 'bob', 'READ')`;
    const role = `update membership set role = 'WRITE' where workspace_id = $1`;
    const back = `update membership set suspended_epoch = null where workspace_id = $1`;
    for (const state of STATES) {
      const id = await workspaceIn(state);
      if (state === 'active') {
        await sql(insert, id);
        await sql(role, id);
        await sql(`update membership set suspended_epoch = 7 where workspace_id = $1`, id);
        await sql(back, id);
        expect((await see(db.pool, id)).members).toEqual(['ann:WRITE', 'bob:WRITE']);
        continue;
      }
      const before = await see(db.pool, id);
      for (const statement of [insert, role, back]) await refused(statement, id);
      expect(await see(db.pool, id)).toEqual(before);
    }
  });

  it('brings a bucket or a repository back into a workspace that is not active', async () => {
    for (const state of STATES.slice(1)) {
      const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
      const bucket = await addBucket(db.pool, id);
      await sql(`update bucket set delete_time = now() where bucket_id = $1`, bucket);
      await softDelete(db.pool, id);
      if (state !== 'deleted') await byLoop(db.pool, 'org1', id);
      if (state === 'purged')
        await sql(`update workspace set state = 'purged', name = null where workspace_id = $1`, id);
      await refused(`update bucket set delete_time = null where bucket_id = $1`, bucket);
    }
  });

  it('deletes a workspace that is not clear, or the default', async () => {
    const withBucket = await workspaceIn('active');
    await addBucket(db.pool, withBucket);
    const withRepository = await workspaceIn('active');
    await sql(
      `insert into repository (repository_id, workspace_id, name, created_by) values (gen_random_uuid(), $1, 'r', 'u')`,
      withRepository,
    );
    const held = await workspaceIn('active');
    await hold(db.pool, held);
    const isDefault = await workspaceIn('active');
    await sql(`update workspace set is_default = true where workspace_id = $1`, isDefault);
    for (const id of [withBucket, withRepository, held, isDefault]) {
      await refused(DELETE, id);
      expect((await see(db.pool, id)).state).toBe('active');
    }
    for (const table of ['bucket', 'repository'])
      await sql(`update ${table} set delete_time = now() where workspace_id = any($1)`, [
        [withBucket, withRepository],
      ]);
    await sql(`update hold set release_time = now(), released_by = 'o' where workspace_id = $1`, held);
    await sql(`update workspace set is_default = false where workspace_id = $1`, isDefault);
    for (const id of [withBucket, withRepository, held, isDefault]) await sql(DELETE, id);
    await refused(`update workspace set is_default = true where workspace_id = $1`, isDefault);
  });

  it('makes two workspaces of an organization the default', async () => {
    const other = await addWorkspace(db.pool, 'org2', {});
    const [one, two] = [await workspaceIn('active'), await workspaceIn('active')];
    const make = `update workspace set is_default = true where workspace_id = $1`;
    await sql(make, one);
    await sql(make, other);
    await expect(sql(make, two)).rejects.toMatchObject({ code: '23505' });
    await sql(`update workspace set is_default = false where workspace_id = $1`, one);
  });

  it('purges without a grant: not of a deletion, not of an orphan, and not by another epoch’s', async () => {
    const purge = (epoch: number) =>
      `update workspace set state = 'purging', epoch = epoch + ${epoch} where workspace_id = $1`;
    const deleted = await workspaceIn('deleted');
    await refused(purge(0), deleted);
    const active = await workspaceIn('active');
    await refused(purge(1), active);
    await sql(
      `insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by, grant_time, granted_by,
                             sweep_delay_seconds)
       values (gen_random_uuid(), $1, 'org1', 7, 'orphaned', 'o', now(), 'o', 0)`,
      active,
    );
    await refused(purge(1), active);
    expect([(await see(db.pool, deleted)).state, (await see(db.pool, active)).state]).toEqual([
      'deleted',
      'active',
    ]);
  });

  it('takes the grant from whichever row moves first, when the transaction commits', async () => {
    for (const first of ['workspace', 'deletion'] as const) {
      const id = await workspaceIn('deleted');
      const moves = {
        workspace: `update workspace set state = 'purging' where workspace_id = '${id}'`,
        deletion: `update deletion set grant_time = clock_timestamp(), granted_by = 'u' where workspace_id = '${id}'`,
      };
      const second = first === 'workspace' ? 'deletion' : 'workspace';
      await sql(`begin; ${moves[first]}; ${moves[second]}; commit`);
      expect((await see(db.pool, id)).state).toBe('purging');
    }
  });

  it('rewrites a hold, brings a released one back, or removes one', async () => {
    const id = await workspaceIn('active');
    const other = await workspaceIn('active');
    await hold(db.pool, id);
    const change = (what: string) => `update hold set ${what} where workspace_id = $1`;
    const rewritings = [
      `origin = 'another'`,
      `reason = 'another'`,
      `placed_by = 'another'`,
      `place_time = now() - interval '1 day'`,
      `by_operator = false`,
      `workspace_id = '${other}'`,
      `hold_id = gen_random_uuid()`,
    ];
    const removal = `delete from hold where workspace_id = $1`;
    for (const statement of [...rewritings.map(change), removal]) await refused(statement, id);
    await sql(change(`release_time = now(), released_by = 'o'`), id);
    const late = [
      `release_time = null, released_by = null`,
      `released_by = 'another'`,
      `release_time = now() + interval '1 day'`,
    ];
    for (const statement of [...rewritings, ...late].map(change).concat(removal))
      await refused(statement, id);
  });

  it('changes the audit', async () => {
    await sql(
      `insert into system_event (organization_id, context, context_id, action, user_id, by_operator)
       values ('org1', 0, 'x', 0, 'ann', false)`,
    );
    await refused(`update system_event set user_id = 'bob' where context_id = 'x'`);
    await refused(`update system_event set event_time = now() where context_id = 'x'`);
    await refused(`delete from system_event where context_id = 'x'`);
  });

  it.each(['workspace', 'deletion', 'deletion_participant', 'certificate', 'hold', 'system_event'])(
    'empties %s at one stroke',
    async (table) => {
      await refused(`truncate ${table} cascade`);
    },
  );
});
