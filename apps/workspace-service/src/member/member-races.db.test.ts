import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMemberRpc } from '../add-member/add-member.rpc.js';
import { deleteUserRpc } from '../delete-user/delete-user.rpc.js';
import { removeMemberRpc } from '../remove-member/remove-member.rpc.js';
import { callerNamed, expectBoth, race, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, auditOf, see } from '../testing/world.sql.js';
import { updateMemberRpc } from '../update-member/update-member.rpc.js';
import { updateWorkspaceRpc } from '../update-workspace/update-workspace.rpc.js';

const TIMES = 200;
const { READ, WRITE } = WorkspaceRole;
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'boss', { orgRole: 255 });
  for (const user of ['ann', 'bob', 'cat']) await addUser(db.pool, 'org1', user);
});
afterAll(() => db.drop());

const remove = (by: string, workspaceId: string, userId: string) =>
  reasonOf(removeMemberRpc(db.pool)({ caller: callerNamed(by), workspaceId, userId }));
const update = (by: string, workspaceId: string, userId: string, role: WorkspaceRole) =>
  reasonOf(updateMemberRpc(db.pool)({ caller: callerNamed(by), workspaceId, userId, role }));
const add = (by: string, workspaceId: string, userId: string, role: WorkspaceRole) =>
  reasonOf(addMemberRpc(db.pool)({ caller: callerNamed(by), workspaceId, userId, role }));
const asJson = (answer: unknown) => JSON.stringify(answer);

describe('of the two last ADMINs at once', () => {
  type Act = (workspaceId: string, userId: string) => Promise<unknown>;
  const goes: Act = (id, user) => remove(user, id, user);
  const isDemoted: Act = (id, user) => update('boss', id, user, READ);
  it.each<[string, Act, Act]>([
    ['both are demoted', isDemoted, isDemoted],
    ['both go', goes, goes],
    ['one goes and one is demoted', goes, isDemoted],
  ])('%s: exactly one of it happens', async (_, first, second) => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const id = (ids[n] = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'ADMIN' }));
      return [() => first(id, 'ann'), () => second(id, 'bob')];
    });
    for (const [n, answers] of results.entries()) {
      expect(answers.map(asJson).sort()).toEqual(['"LAST_ADMIN"', '{}']);
      const { members } = await see(db.pool, ids[n]!);
      expect(members.filter((member) => member.endsWith(':ADMIN'))).toHaveLength(1);
      expect(await auditOf(db.pool, ids[n]!)).toHaveLength(1);
    }
    expectBoth(results.map(([answer]) => asJson(answer)));
  });
});

describe('at once', () => {
  it('two add the same user: one does, with its role', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const id = (ids[n] = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'ADMIN' }));
      return [() => add('ann', id, 'cat', READ), () => add('bob', id, 'cat', WRITE)];
    });
    for (const [n, answers] of results.entries()) {
      expect(answers.map(asJson).sort()).toEqual(['"USER_ALREADY_MEMBER"', '{}']);
      const role = answers[0] === 'USER_ALREADY_MEMBER' ? 'WRITE' : 'READ';
      expect(await see(db.pool, ids[n]!)).toMatchObject({
        etag: '0.2',
        members: ['ann:ADMIN', 'bob:ADMIN', `cat:${role}`],
      });
    }
    expectBoth(results.map(([answer]) => asJson(answer)));
  });

  it('the last ADMIN is revoked and the other member goes: refused, or the orphan is announced', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const admin = `admin${n}`;
      await addUser(db.pool, 'org1', admin);
      const id = (ids[n] = await addWorkspace(db.pool, 'org1', { [admin]: 'ADMIN', bob: 'READ' }));
      return [
        async () => {
          for (let looks = n % 5; looks > 0; looks--) await see(db.pool, id);
          return deleteUserRpc(db.pool)({ caller: callerNamed('boss'), userId: admin });
        },
        () => remove('boss', id, 'bob'),
      ];
    });
    for (const [n, [revoked, removed]] of results.entries()) {
      const refused = removed === 'LAST_ADMIN';
      if (!refused) expect(removed).toEqual({});
      expect(revoked.orphanedWorkspaceIds).toEqual(refused ? [] : [ids[n]]);
    }
    expectBoth(results.map(([, removed]) => asJson(removed)));
  });

  it('two workspaces become the default, a third is it: all succeed, and one is', async () => {
    const answers = await race(100, async (n) => {
      const [organization, owner] = [`org of ${n}`, `owner${n}`];
      await addOrganization(db.pool, organization, {});
      await addUser(db.pool, organization, owner, { orgRole: 255 });
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) ids.push(await addWorkspace(db.pool, organization, { [owner]: 'ADMIN' }));
      const make = (id: string | undefined) => async () => {
        const change = { workspaceId: id!, name: undefined, isDefault: true, etag: '' };
        return (await updateWorkspaceRpc(db.pool)({ caller: callerNamed(owner), ...change })).workspace;
      };
      await make(ids[n % 3])();
      return [make(ids[(n + 1) % 3]), make(ids[(n + 2) % 3])];
    });
    for (const both of answers) for (const answer of both) expect(answer?.isDefault).toBe(true);
    const { rows } = await db.pool.query(
      `select count(*) filter (where is_default) as defaults, count(*) as workspaces
         from workspace where organization_id like 'org of %' group by organization_id`,
    );
    expect(rows).toEqual(Array.from({ length: 100 }, () => ({ defaults: 1, workspaces: 3 })));
  });
});
