import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, evidence, report, softDelete } from '../testing/stories.js';
import { addBucket, addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const STATES = ['active', 'deleted', 'purging', 'purged'] as const;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org2');
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

const sql = (text: string, ...values: unknown[]) => db.pool.query(text, values);
const refused = (text: string, ...values: unknown[]) =>
  expect(sql(text, ...values), text).rejects.toMatchObject({ code: '23514' });

/** A workspace in this state, by direct statements. */
async function workspaceIn(state: (typeof STATES)[number]): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  if (state !== 'active') await softDelete(db.pool, id);
  if (state === 'purging' || state === 'purged') await byLoop(db.pool, 'org1', id);
  if (state === 'purged')
    await sql(`update workspace set state = 'purged', name = null where workspace_id = $1`, id);
  return id;
}

describe('no statement, whoever writes it,', () => {
  it('moves a workspace where the design has no arrow, or by another epoch', async () => {
    const legal = new Set([
      'active deleted 1',
      'deleted active 1',
      'active purging 1',
      'deleted purging 0',
      'purging purged 0',
    ]);
    for (const from of STATES)
      for (const to of STATES)
        for (const step of [-1, 0, 1, 2]) {
          if (legal.has(`${from} ${to} ${step}`) || (from === to && step === 0)) continue;
          const id = await workspaceIn(from);
          const before = await see(db.pool, id);
          await refused(
            `update workspace set state = $2, epoch = epoch + $3, name = case when $2 = 'purged' then null else 'n' end
              where workspace_id = $1`,
            id,
            to,
            step,
          );
          expect(await see(db.pool, id)).toEqual(before);
        }
  });

  it('gives a workspace another id or organization, another beginning, or an end', async () => {
    const id = await workspaceIn('active');
    await refused(`update workspace set workspace_id = gen_random_uuid() where workspace_id = $1`, id);
    await refused(`update workspace set organization_id = 'org2' where workspace_id = $1`, id);
    await refused(`delete from workspace where workspace_id = $1`, id);
    for (const state of STATES.slice(1))
      await refused(
        `insert into workspace values (gen_random_uuid(), 'org1', case when $1 = 'purged' then null else 'n' end, $1, 1, 1, 'u')`,
        state,
      );
  });

  it('hastens, delays or undoes a deletion', async () => {
    const id = await workspaceIn('deleted');
    for (const change of [
      `purge_time = purge_time - interval '1 day', delete_time = delete_time - interval '1 day'`,
      `purge_time = purge_time + interval '1 day'`,
      `purge_mode = 'manual'`,
      `sweep_delay_seconds = sweep_delay_seconds + 1`,
      `sweep_delay_seconds = null`,
      `epoch = epoch + 1`,
      `purged_time = now()`,
    ])
      await refused(`update deletion set ${change} where workspace_id = $1`, id);
    const purging = await workspaceIn('purging');
    for (const change of [
      `grant_time = null, granted_by = null`,
      `grant_time = null, granted_by = null, restore_time = now(), restored_by = 'u'`,
      `granted_by = 'another'`,
    ])
      await refused(`update deletion set ${change} where workspace_id = $1`, purging);
    await refused(`delete from deletion where workspace_id = $1`, purging);
  });

  it('takes back or moves the notice of a purge, or gives one of a purge that is not ahead', async () => {
    const set = `update deletion set notice_time = clock_timestamp() where workspace_id = $1`;
    const id = await workspaceIn('deleted');
    await sql(set, id);
    await refused(set, id);
    await refused(`update deletion set notice_time = null where workspace_id = $1`, id);
    const restored = await workspaceIn('deleted');
    await sql(
      `update deletion set restore_time = now(), restored_by = 'u' where workspace_id = $1`,
      restored,
    );
    for (const over of [restored, await workspaceIn('purging'), await workspaceIn('purged')])
      await refused(set, over);
    const never = await addWorkspace(db.pool, 'org2', {});
    await softDelete(db.pool, never);
    await refused(set, never);
  });

  it('grants before the purge time', async () => {
    const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    await sql(`update deletion_policy set grace_seconds = 3600`);
    await softDelete(db.pool, id);
    await sql(`update deletion_policy set grace_seconds = 0`);
    await refused(`update deletion set grant_time = now(), granted_by = 'u' where workspace_id = $1`, id);
  });

  it('changes evidence, or who must give it', async () => {
    const id = await workspaceIn('purging');
    await report(db.pool, 'realm-purge', id, evidence());
    const of = `where deletion_id = (select deletion_id from deletion where workspace_id = $1)`;
    await refused(`update deletion_participant set evidence = '{}' ${of} and evidence is not null`, id);
    await refused(`update deletion_participant set gives_block_evidence = false ${of}`, id);
    await refused(`delete from deletion_participant ${of}`, id);
  });

  it('gives a child or a hold to a workspace that is not open for it', async () => {
    const hold = (id: string) =>
      [
        `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator) values (gen_random_uuid(), $1, 'o', 'r', 'u', true)`,
        id,
      ] as const;
    for (const state of STATES) {
      const id = await workspaceIn(state);
      if (state === 'active') {
        await addBucket(db.pool, id);
        continue;
      }
      await expect(addBucket(db.pool, id)).rejects.toMatchObject({ code: '23514' });
      await refused(
        `insert into repository (repository_id, workspace_id, name, created_by) values (gen_random_uuid(), $1, 'r', 'u')`,
        id,
      );
      if (state === 'deleted') await sql(...hold(id));
      else await refused(...hold(id));
    }
  });
});
