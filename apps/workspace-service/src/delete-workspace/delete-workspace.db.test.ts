import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byLoop, byOperator, callerNamed } from '../testing/stories.js';
import {
  addBucket,
  addOrganization,
  addUser,
  addWorkspace,
  auditOf,
  see,
  setPolicy,
} from '../testing/world.sql.js';
import { deleteWorkspace } from './delete-workspace.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'bare');
  for (const [organization, user] of [
    ['org1', 'ann'],
    ['org1', 'bob'],
    ['bare', 'bea'],
  ] as const)
    await addUser(db.pool, organization, user);
  await addUser(db.pool, 'org1', 'new', { validated: false });
});
afterAll(() => db.drop());

const remove = (userId: string, workspaceId: string | undefined, etag = '') =>
  deleteWorkspace(db.pool, { caller: callerNamed(userId), workspaceId, etag });
const workspace = (members: Parameters<typeof addWorkspace>[2] = { ann: 'ADMIN' }, organization = 'org1') =>
  addWorkspace(db.pool, organization, members);

describe('deleteWorkspace', () => {
  it('changes state and epoch, suspends every membership, opens the deletion and appends the event; nothing else', async () => {
    const [id, other] = [
      await workspace({ ann: 'ADMIN', bob: 'READ' }),
      await workspace({ ann: 'ADMIN', bob: 'READ' }),
    ];
    const untouched = await see(db.pool, other);
    const outcome = await remove('ann', id);
    expect(outcome).toMatchObject({
      kind: 'scheduled',
      deletion: {
        workspace_id: id,
        epoch: 1,
        state: 'scheduled',
        requested_by: 'ann',
        purge_mode: 'automatic',
      },
    });
    expect(await see(db.pool, id)).toEqual({
      state: 'deleted',
      epoch: 1,
      name: 'secret plans',
      etag: '1.2',
      members: ['ann:ADMIN!1', 'bob:READ!1'],
      children: 0,
      deletions: ['deletion_planned 1 scheduled'],
      certificates: 0,
      events: ['workspace.deletion_scheduled'],
    });
    expect(await see(db.pool, other)).toEqual(untouched);
  });

  it('keeps names out of the event', async () => {
    const id = await workspace();
    await remove('ann', id);
    const { rows } = await db.pool.query<{ text: string }>(
      `select convert_from(payload, 'utf8') || headers || subject as text from outbox where headers ->> 'ce-subject' = $1`,
      [id],
    );
    expect(rows[0]?.text).toContain(id);
    expect(rows[0]?.text).not.toMatch(/secret plans|example\.org|First|Last/);
  });

  it('freezes the purge time: a later policy neither hastens nor delays it', async () => {
    const id = await workspace();
    const outcome = await remove('ann', id);
    if (outcome.kind !== 'scheduled') throw new Error(outcome.kind);
    const { delete_time, purge_time } = outcome.deletion;
    expect(purge_time!.getTime() - delete_time!.getTime()).toBe(3_600_000);
    await setPolicy(db.pool, 'org1', { graceSeconds: 0 });
    expect((await byLoop(db.pool, 'org1', id)).kind).toBe('not_due');
    expect((await byOperator(db.pool, 'org1', id)).kind).toBe('not_due');
    const due = await workspace();
    await remove('ann', due);
    await setPolicy(db.pool, 'org1', { graceSeconds: 3600, mode: 'manual' });
    expect((await byLoop(db.pool, 'org1', due)).kind).toBe('granted');
    await setPolicy(db.pool, 'org1', { graceSeconds: 3600 });
  });

  it('without a policy sets no purge time, and nothing ever grants the purge', async () => {
    const id = await workspace({ bea: 'ADMIN' }, 'bare');
    expect(await remove('bea', id)).toMatchObject({ kind: 'scheduled', deletion: { purge_time: null } });
    await setPolicy(db.pool, 'bare', {});
    expect((await byLoop(db.pool, 'bare', id)).kind).toBe('no_policy');
    expect((await byOperator(db.pool, 'bare', id)).kind).toBe('no_policy');
  });

  it.each([
    ['caller_not_validated', 'new', { new: 'ADMIN' }],
    ['caller_not_validated', 'nobody', { ann: 'ADMIN' }],
    ['not_found', 'bea', { ann: 'ADMIN' }],
    ['insufficient_permissions', 'bob', { ann: 'ADMIN', bob: 'WRITE' }],
    ['insufficient_permissions', 'bob', { ann: 'ADMIN' }],
  ] as const)('refuses with %s and changes nothing', async (kind, user, members) => {
    const id = await workspace(members);
    const before = await see(db.pool, id);
    expect(await remove(user, id)).toEqual({ kind });
    expect(await see(db.pool, id)).toEqual(before);
  });

  it('refuses a malformed id, another etag and live resources, and lets soft-deleted ones go', async () => {
    const id = await workspace();
    const bucket = await addBucket(db.pool, id);
    const before = await see(db.pool, id);
    expect(await remove('ann', undefined)).toEqual({ kind: 'not_found' });
    expect(await remove('ann', id, '7.7')).toEqual({ kind: 'etag_mismatch' });
    expect(await remove('ann', id, before.etag)).toEqual({
      kind: 'has_resources',
      buckets: 1,
      repositories: 0,
    });
    expect(await see(db.pool, id)).toEqual(before);
    await db.pool.query(`update bucket set delete_time = now() where bucket_id = $1`, [bucket]);
    expect((await remove('ann', id, before.etag)).kind).toBe('scheduled');
  });

  it('is written to the audit once, with the deletion’s id; a refusal is not', async () => {
    const id = await workspace();
    await remove('bob', id);
    await remove('ann', id, '7.7');
    const outcome = await remove('ann', id);
    await remove('ann', id);
    if (outcome.kind !== 'scheduled') throw new Error(outcome.kind);
    const detail = `{"deletionId": "${outcome.deletion.deletion_id}"}`;
    expect(await auditOf(db.pool, id)).toEqual([`ann 0 2 ${id} ${detail}`]);
  });

  it('tells its ADMIN of the deletion when repeated, and others nothing', async () => {
    const id = await workspace({ ann: 'ADMIN', bob: 'READ' });
    await remove('ann', id);
    const before = await see(db.pool, id);
    expect(await remove('ann', id)).toMatchObject({
      kind: 'already_deleted',
      restorable: true,
      deletion: { epoch: 1 },
    });
    expect(await remove('bob', id)).toEqual({ kind: 'not_found' });
    expect(await see(db.pool, id)).toEqual(before);
  });
});
