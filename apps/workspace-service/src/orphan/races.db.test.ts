import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  PurgeMode,
  WorkspaceRole,
  type CreateWorkspaceResponse,
  type DeleteUserResponse,
} from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activateUserRpc } from '../activate-user/activate-user.rpc.js';
import { addMemberRpc } from '../add-member/add-member.rpc.js';
import { createWorkspaceRpc } from '../create-workspace/create-workspace.rpc.js';
import { deleteUserRpc } from '../delete-user/delete-user.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { setDeletionPolicyRpc } from '../set-deletion-policy/set-deletion-policy.rpc.js';
import { announcementsOf } from '../testing/orphans.sql.js';
import { byOperator, callerNamed, race, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, revokedSince, see } from '../testing/world.sql.js';

const TIMES = 100;
const POLICY = {
  ...{ graceSeconds: 3600, orphanDelaySeconds: 60, sweepDelaySeconds: 0, sequestered: false },
  purgeMode: PurgeMode.MANUAL,
};
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'owner', { orgRole: 255 });
});
afterAll(() => db.drop());

let users = 0;
async function newUser(orgRole = 0): Promise<string> {
  const userId = `user${users++}`;
  await addUser(db.pool, 'org1', userId, { orgRole });
  return userId;
}
const workspace = (...members: string[]) =>
  addWorkspace(db.pool, 'org1', Object.fromEntries(members.map((member) => [member, 'READ'])));
const remove = async (userId: string, caller = 'owner') =>
  reasonOf(deleteUserRpc(db.pool)({ caller: callerNamed(caller), userId }));
const announcements = async (id: string) => (await announcementsOf(db.pool, id)).length;
/** So that what takes several statements meets what takes one at another moment in each round. */
async function dawdle(looks: number, id: string): Promise<void> {
  for (; looks > 0; looks--) await announcementsOf(db.pool, id);
}
/** Both must have come first sometimes, or the race was none. */
function expectBoth(outcomes: readonly string[]): void {
  expect(new Set(outcomes).size, `only one ever won: ${outcomes[0]}`).toBe(2);
}

describe('of two at once', () => {
  it('two owners who revoke each other: exactly one is left', async () => {
    const results = await race(TIMES, async () => {
      const [one, two] = [await newUser(255), await newUser(255)];
      return [
        async () => [await remove(two, one), one] as const,
        async () => [await remove(one, two), two] as const,
      ];
    });
    for (const [first, second] of results) {
      const answers = [first[0], second[0]];
      expect(answers).toContain('USER_NOT_VALIDATED');
      expect(answers).toContainEqual({ orphanedWorkspaceIds: [] });
      const [won, lost] = first[0] === 'USER_NOT_VALIDATED' ? [second, first] : [first, second];
      expect(await revokedSince(db.pool, won[1])).toBeNull();
      expect(await revokedSince(db.pool, lost[1])).not.toBeNull();
    }
    expectBoth(results.map(([[answer]]) => JSON.stringify(answer)));
  });

  it('the two last members revoked: exactly one revocation announces the orphan', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const [one, two] = [await newUser(), await newUser()];
      ids[n] = await workspace(one, two);
      return [() => remove(one), () => remove(two)];
    });
    for (const [n, answers] of results.entries()) {
      expect(answers).toContainEqual({ orphanedWorkspaceIds: [] });
      expect(answers).toContainEqual({ orphanedWorkspaceIds: [ids[n]] });
      expect(await announcements(ids[n]!)).toBe(1);
    }
    expectBoth(results.map(([first]) => JSON.stringify(first).length.toString()));
  });

  it('a revocation and a restore: the user stays out, or the orphan is announced', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const user = await newUser();
      const workspaceId = (ids[n] = await workspace(user));
      await softDelete(db.pool, workspaceId);
      return [
        async () => {
          await dawdle(n % 7, workspaceId);
          return remove(user);
        },
        async () => (await restoreWorkspace(db.pool, { workspaceId, caller: undefined, operator: 'o' })).kind,
      ];
    });
    const outcomes: string[] = [];
    for (const [n, [removed, restored]] of results.entries()) {
      expect(restored).toBe('restored');
      const out = (await see(db.pool, ids[n]!)).members[0]?.endsWith('!1');
      expect(removed).toEqual({ orphanedWorkspaceIds: out ? [] : [ids[n]] });
      expect(await announcements(ids[n]!)).toBe(out ? 0 : 1);
      outcomes.push(out ? 'stays out' : 'was in');
    }
    expectBoth(outcomes);
  });

  it('a revocation and the same user added to an orphan: refused, or the orphan is announced', async () => {
    const gone = await newUser();
    await revoke(db.pool, gone, 60);
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const userId = await newUser();
      const workspaceId = (ids[n] = await workspace(gone));
      const request = { caller: callerNamed('owner'), workspaceId, userId, role: WorkspaceRole.READ };
      return [
        async () => {
          await dawdle(n % 7, workspaceId);
          return remove(userId);
        },
        () => reasonOf(addMemberRpc(db.pool)(request)),
      ];
    });
    for (const [n, [removed, added]] of results.entries()) {
      const refused = added === 'TARGET_USER_NOT_FOUND';
      if (!refused) expect(added).toEqual({});
      expect(removed).toEqual({ orphanedWorkspaceIds: refused ? [] : [ids[n]] });
      expect(await announcements(ids[n]!)).toBe(refused ? 0 : 1);
    }
    expectBoth(results.map(([, added]) => JSON.stringify(added)));
  });

  it('a revocation and a new workspace of the same user: refused, or the orphan is announced', async () => {
    const results = await race(TIMES, async (n) => {
      const userId = await newUser(2);
      const create = createWorkspaceRpc(db.pool);
      return [
        () => remove(userId),
        async () => {
          await dawdle(n % 10, randomUUID());
          return reasonOf(create({ caller: callerNamed(userId), name: 'x' }));
        },
      ];
    });
    const outcomes: string[] = [];
    for (const [removed, created] of results) {
      const refused = created === 'USER_NOT_VALIDATED';
      const id = refused ? undefined : (created as CreateWorkspaceResponse).workspace?.workspaceId;
      expect(removed).toEqual({ orphanedWorkspaceIds: id === undefined ? [] : [id] });
      outcomes.push(refused ? 'refused' : 'announced');
    }
    expectBoth(outcomes);
  });

  it('the last revocation and the first policy: exactly one of them announces the orphan', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const [organization, caller, userId] = [`race${n}`, callerNamed(`race${n}-owner`), `race${n}-last`];
      await addOrganization(db.pool, organization);
      await addUser(db.pool, organization, caller.userId, { orgRole: 255 });
      await addUser(db.pool, organization, userId);
      ids[n] = await addWorkspace(db.pool, organization, { [userId]: 'READ' });
      return [
        () => reasonOf(deleteUserRpc(db.pool)({ caller, userId })),
        () => reasonOf(setDeletionPolicyRpc(db.pool)({ caller, policy: POLICY })),
      ];
    });
    const announcers: string[] = [];
    for (const [n, [removed, set]] of results.entries()) {
      expect(set).toMatchObject({ policy: POLICY });
      expect(await announcements(ids[n]!)).toBe(1);
      const { orphanedWorkspaceIds } = removed as DeleteUserResponse;
      announcers.push(orphanedWorkspaceIds.length === 1 ? 'the revocation' : 'the policy');
    }
    expectBoth(announcers);
  });

  it('an activation and the grant of the orphan: the user is back in time, or the purge has begun', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const userId = await newUser();
      const id = (ids[n] = await workspace(userId));
      await revoke(db.pool, userId, 60);
      const activate = activateUserRpc(db.pool);
      return [
        () => reasonOf(activate({ caller: callerNamed('owner'), userId })),
        async () => {
          await dawdle(n % 10, id);
          return (await byOperator(db.pool, 'org1', id, 'orphaned')).kind;
        },
      ];
    });
    for (const [n, [activated, granted]] of results.entries()) {
      expect(activated).toEqual({});
      const { state } = await see(db.pool, ids[n]!);
      expect(`${granted} ${state}`).toBe(granted === 'granted' ? 'granted purging' : 'not_deletable active');
    }
    expectBoth(results.map(([, granted]) => granted));
  });
});
