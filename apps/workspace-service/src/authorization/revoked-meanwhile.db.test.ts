import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { PurgeMode, WorkspaceRole } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMemberRpc } from '../add-member/add-member.rpc.js';
import { createBucketRpc } from '../create-bucket/create-bucket.rpc.js';
import { createRepositoryRpc } from '../create-repository/create-repository.rpc.js';
import { deleteBucketRpc } from '../delete-bucket/delete-bucket.rpc.js';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { releaseHoldRpc } from '../release-hold/release-hold.rpc.js';
import { removeMemberRpc } from '../remove-member/remove-member.rpc.js';
import { restoreWorkspaceRpc } from '../restore-workspace/restore-workspace.rpc.js';
import { setDeletionPolicyRpc } from '../set-deletion-policy/set-deletion-policy.rpc.js';
import { dump } from '../testing/dump.sql.js';
import { callerNamed, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { addBucket, addOrganization, addUser, addWorkspace, revoke } from '../testing/world.sql.js';
import { updateMemberRpc } from '../update-member/update-member.rpc.js';
import { updateWorkspaceRpc } from '../update-workspace/update-workspace.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());

/** A change by `user`, OWNER of the organization and ADMIN of the workspace, that has to wait for the row of `lock`. */
interface Change {
  readonly prepare?: (pool: Pool, workspaceId: string, user: string) => Promise<string>;
  readonly make: (pool: Pool, workspaceId: string, user: string, prepared: string) => Promise<unknown>;
  readonly waitsFor?: 'organization';
}
const gateway = contextOf('gateway');
const caller = callerNamed;

const CHANGES: Record<string, Change> = {
  'releasing a hold': {
    prepare: async (pool, workspaceId, user) => {
      const hold = { workspaceId, origin: 'court', reason: 'r', placedBy: '', caller: caller(user) };
      return (await placeHoldRpc(pool)(hold, gateway)).holdId;
    },
    make: (pool, _id, user, holdId) =>
      releaseHoldRpc(pool)(
        { holdId, releasedBy: '', caller: caller(user), workspaceId: '', origin: '' },
        gateway,
      ),
  },
  'placing a hold': {
    make: (pool, workspaceId, user) =>
      placeHoldRpc(pool)(
        { workspaceId, origin: 'court', reason: 'r', placedBy: '', caller: caller(user) },
        gateway,
      ),
  },
  'a policy': {
    waitsFor: 'organization',
    make: (pool, _id, user) =>
      setDeletionPolicyRpc(pool)({
        caller: caller(user),
        policy: {
          graceSeconds: 7,
          orphanDelaySeconds: 7,
          sweepDelaySeconds: 0,
          sequestered: false,
          purgeMode: PurgeMode.AUTOMATIC,
        },
      }),
  },
  'a member added': {
    make: (pool, workspaceId, user) =>
      addMemberRpc(pool)({
        caller: caller(user),
        workspaceId,
        userId: `${user}-2`,
        role: WorkspaceRole.ADMIN,
      }),
  },
  'a role': {
    make: (pool, workspaceId, user) =>
      updateMemberRpc(pool)({
        caller: caller(user),
        workspaceId,
        userId: `${user}-3`,
        role: WorkspaceRole.WRITE,
      }),
  },
  'a member removed': {
    make: (pool, workspaceId, user) =>
      removeMemberRpc(pool)({ caller: caller(user), workspaceId, userId: `${user}-3` }),
  },
  'a name': {
    make: (pool, workspaceId, user) =>
      updateWorkspaceRpc(pool)({
        caller: caller(user),
        workspaceId,
        name: 'x',
        isDefault: undefined,
        etag: '',
      }),
  },
  'a bucket': {
    make: (pool, workspaceId, user) =>
      createBucketRpc(pool)({ caller: caller(user), workspaceId, name: 'b' }),
  },
  'a repository': {
    make: (pool, workspaceId, user) =>
      createRepositoryRpc(pool)({ caller: caller(user), workspaceId, name: 'r', bucketIds: [] }),
  },
  'deleting a bucket': {
    prepare: (pool, workspaceId) => addBucket(pool, workspaceId),
    make: (pool, _id, user, bucketId) => deleteBucketRpc(pool)({ caller: caller(user), bucketId }),
  },
  'a restore': {
    prepare: async (pool, workspaceId) => (await softDelete(pool, workspaceId)).deletion_id,
    make: (pool, workspaceId, user) =>
      restoreWorkspaceRpc(pool)({ caller: caller(user), workspaceId, idempotencyKey: '' }, gateway),
  },
};

describe('a change that waits while its caller is revoked', () => {
  it.each(Object.entries(CHANGES))('%s: is refused, and nothing changes', async (_name, change) => {
    const [organization, user] = [`org-${randomUUID().slice(0, 8)}`, `user-${randomUUID().slice(0, 8)}`];
    await addOrganization(db.pool, organization, { graceSeconds: 3600 });
    for (const [id, orgRole] of [
      [user, 255],
      [`${user}-2`, 0],
      [`${user}-3`, 0],
    ] as const)
      await addUser(db.pool, organization, id, { orgRole });
    const workspaceId = await addWorkspace(db.pool, organization, {
      [user]: 'ADMIN',
      [`${user}-3`]: 'READ',
    });
    const prepared = (await change.prepare?.(db.pool, workspaceId, user)) ?? '';

    const holder = await db.pool.connect();
    await holder.query('begin');
    await (change.waitsFor === 'organization'
      ? holder.query(`select from organization where organization_id = $1 for no key update`, [organization])
      : holder.query(`select from workspace where workspace_id = $1 for update`, [workspaceId]));
    const { rows } = await holder.query<{ pid: number }>(`select pg_backend_pid() as pid`);
    const answer = reasonOf(change.make(db.pool, workspaceId, user, prepared));
    await eventually('the change waits', async () => {
      const blocked = await db.pool.query(
        `select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))`,
        [rows[0]?.pid],
      );
      return blocked.rowCount === 1;
    });
    await revoke(db.pool, user);
    const before = await dump(db.pool);
    await holder.query('commit');
    holder.release();
    expect(await answer).toBe('USER_NOT_VALIDATED');
    expect(await dump(db.pool)).toEqual(before);
  });
});
