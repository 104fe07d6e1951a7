import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteUserRpc } from '../delete-user/delete-user.rpc.js';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { removeMemberRpc } from '../remove-member/remove-member.rpc.js';
import { callerNamed, contextOf, expectBoth, race, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, hold, see, setPolicy } from '../testing/world.sql.js';
import { updateMemberRpc } from '../update-member/update-member.rpc.js';
import { updateWorkspaceRpc } from '../update-workspace/update-workspace.rpc.js';

const TIMES = 200;
const LIMIT_MS = 120_000;
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'boss', { orgRole: 255 });
  for (const user of ['ann', 'bob']) await addUser(db.pool, 'org1', user);
});
afterAll(() => db.drop());

const workspace = () => addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'ADMIN' });
const remove = async (workspaceId: string, { by = 'ann', etag = '' } = {}) =>
  (await deleteWorkspace(db.pool, { caller: callerNamed(by), workspaceId, etag })).kind;
type Change = Partial<Parameters<ReturnType<typeof updateWorkspaceRpc>>[0]>;
/** Whether it was changed: the only refusal is that it is gone. */
async function updated(workspaceId: string, change: Change): Promise<boolean> {
  const request = { caller: callerNamed('boss'), workspaceId, etag: '', ...change };
  const answer = await reasonOf(updateWorkspaceRpc(db.pool)(request));
  if (answer instanceof Error) throw answer;
  return answer !== 'WORKSPACE_NOT_FOUND';
}
/** Each round by itself: the workspace, and what both were answered. */
async function rounds<A, B>(
  acts: (
    id: string,
    n: number,
  ) => [() => Promise<A>, () => Promise<B>] | Promise<[() => Promise<A>, () => Promise<B>]>,
  times = TIMES,
): Promise<{ id: string; first: A; second: B }[]> {
  const ids: string[] = [];
  const results = await race(times, async (n) => acts((ids[n] = await workspace()), n));
  return results.map(([first, second], n) => ({ id: ids[n]!, first, second }));
}

describe('a deletion and, at the same time,', { timeout: LIMIT_MS }, () => {
  it.each(['operator', 'gateway'])(
    'a hold of the %s: the deletion is refused, or was first',
    async (side) => {
      const request = { origin: 'court', reason: 'because', placedBy: side === 'operator' ? 'o' : '' };
      const caller = side === 'operator' ? undefined : callerNamed('boss');
      const seen = await rounds((workspaceId) => [
        async () => reasonOf(placeHoldRpc(db.pool)({ ...request, caller, workspaceId }, contextOf(side))),
        () => remove(workspaceId),
      ]);
      for (const { id, first, second } of seen) {
        expect(first).toMatchObject({ holdId: expect.any(String) });
        const { state, events } = await see(db.pool, id);
        // Events are appended behind the workspace's lock, so in the order in which things happened.
        expect([second, state, ...events]).toEqual(
          second === 'held'
            ? ['held', 'active', 'workspace.hold_placed']
            : ['scheduled', 'deleted', 'workspace.deletion_scheduled', 'workspace.hold_placed'],
        );
      }
      expectBoth(seen.map(({ second }) => second));
    },
  );

  it('the release of the hold: refused, or after it', async () => {
    const seen = await rounds(async (workspaceId) => {
      await hold(db.pool, workspaceId);
      const release = `with released as (
          update hold set release_time = clock_timestamp(), released_by = 'o' where workspace_id = $1
        ) update workspace set revision = revision + 1 where workspace_id = $1`;
      return [() => db.pool.query(release, [workspaceId]), () => remove(workspaceId)];
    });
    for (const { id, second } of seen)
      expect((await see(db.pool, id)).state).toBe(second === 'held' ? 'active' : 'deleted');
    expectBoth(seen.map(({ second }) => second));
  });

  it('a new name: both happen, or the name came too late', async () => {
    const seen = await rounds((id) => [() => updated(id, { name: 'new' }), () => remove(id)]);
    for (const { id, first, second } of seen) {
      const { name, state } = await see(db.pool, id);
      expect([second, state, name]).toEqual(['scheduled', 'deleted', first ? 'new' : 'secret plans']);
    }
    expectBoth(seen.map(({ first }) => first));
  });

  it('a new name, for a deletion that knows what it deletes: one of them', async () => {
    const seen = await rounds((id) => [
      () => updated(id, { name: 'new' }),
      () => remove(id, { etag: '0.1' }),
    ]);
    for (const { id, first, second } of seen) {
      expect(second).toBe(first ? 'etag_mismatch' : 'scheduled');
      expect((await see(db.pool, id)).state).toBe(first ? 'active' : 'deleted');
    }
    expectBoth(seen.map(({ first }) => first));
  });

  it('it becoming the default: one of them', async () => {
    const seen = await rounds((id) => [() => updated(id, { isDefault: true }), () => remove(id)], 100);
    for (const { id, first, second } of seen) {
      // Another round may have taken the default from it before the deletion looked.
      if (!first) expect(second).toBe('scheduled');
      expect((await see(db.pool, id)).state).toBe(second === 'scheduled' ? 'deleted' : 'active');
    }
    expectBoth(seen.map(({ second }) => second));
    const { rowCount } = await db.pool.query(`select from workspace where is_default and state <> 'active'`);
    expect(rowCount).toBe(0);
  });

  it.each(['removed', 'demoted'])('its ADMIN being %s: one of them', async (how) => {
    const caller = callerNamed('bob');
    const seen = await rounds((workspaceId) => [
      () =>
        reasonOf(
          how === 'removed'
            ? removeMemberRpc(db.pool)({ caller, workspaceId, userId: 'ann' })
            : updateMemberRpc(db.pool)({ caller, workspaceId, userId: 'ann', role: WorkspaceRole.WRITE }),
        ),
      () => remove(workspaceId),
    ]);
    for (const { id, first, second } of seen) {
      const deleted = second === 'scheduled';
      if (deleted) expect(first).toBe('WORKSPACE_NOT_FOUND');
      else expect([first, second]).toEqual([{}, 'insufficient_permissions']);
      const changed = how === 'removed' ? ['bob:ADMIN'] : ['ann:WRITE', 'bob:ADMIN'];
      expect((await see(db.pool, id)).members).toEqual(deleted ? ['ann:ADMIN!1', 'bob:ADMIN!1'] : changed);
    }
    expectBoth(seen.map(({ second }) => second));
  });

  it('its ADMIN being revoked: what was not deleted by then is not deleted any more', async () => {
    const seen = await rounds(async (id, n) => {
      const userId = `user${n}`;
      await addUser(db.pool, 'org1', userId);
      await db.pool.query(`update membership set user_id = $2 where workspace_id = $1 and user_id = 'ann'`, [
        ...[id, userId],
      ]);
      return [
        async () => {
          for (let looks = n % 4; looks > 0; looks--) await see(db.pool, id);
          await deleteUserRpc(db.pool)({ caller: callerNamed('boss'), userId });
          return (await see(db.pool, id)).state;
        },
        () => remove(id, { by: userId }),
      ];
    });
    for (const { first, second } of seen)
      expect(`${first} ${second}`).toBe(
        second === 'scheduled' ? 'deleted scheduled' : 'active caller_not_validated',
      );
    expectBoth(seen.map(({ second }) => second));
  });

  it('a longer grace period: what was not deleted by then is purged by the new one', async () => {
    const seen = await rounds(async (_, n) => {
      const [organization, user] = [`slow${n}`, `slow user${n}`];
      await addOrganization(db.pool, organization, { graceSeconds: 1 });
      await addUser(db.pool, organization, user);
      const id = await addWorkspace(db.pool, organization, { [user]: 'ADMIN' });
      return [
        async () => {
          for (let looks = n % 3; looks > 0; looks--) await see(db.pool, id);
          await setPolicy(db.pool, organization, { graceSeconds: 60 });
          return (await see(db.pool, id)).state;
        },
        async () => {
          const request = { caller: callerNamed(user), workspaceId: id, etag: '' };
          const outcome = await deleteWorkspace(db.pool, request);
          if (outcome.kind !== 'scheduled') throw new Error(outcome.kind);
          const { purge_time, delete_time } = outcome.deletion;
          return purge_time!.getTime() - delete_time!.getTime();
        },
      ];
    }, 100);
    for (const { first: state, second: grace } of seen) if (state === 'active') expect(grace).toBe(60_000);
    expectBoth(seen.map(({ second }) => second));
  });

  it('another of the same workspace: one deletion, and the other tells of it', async () => {
    const seen = await rounds((id) => [() => remove(id), () => remove(id, { by: 'bob' })]);
    for (const { id, first, second } of seen) {
      expect([first, second].sort()).toEqual(['already_deleted', 'scheduled']);
      expect((await see(db.pool, id)).events).toEqual(['workspace.deletion_scheduled']);
    }
    expectBoth(seen.map(({ first }) => first));
  });
});
