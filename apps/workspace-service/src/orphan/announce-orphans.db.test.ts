import { fileURLToPath } from 'node:url';
import { transaction } from '@lethe/postgres';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteUserRpc } from '../delete-user/delete-user.rpc.js';
import { addWorkspaces, announced, announcementsOf, leaveOut } from '../testing/orphans.sql.js';
import { byLoop, callerNamed, softDelete } from '../testing/stories.js';
import {
  addOrganization,
  addUser,
  addWorkspace,
  hold,
  revoke,
  revokedSince,
  setPolicy,
} from '../testing/world.sql.js';
import { announceOrphans } from './announce-orphans.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const ORGANIZATIONS = ['org1', 'org10', 'sealed', 'bare', 'many'];
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org10', {});
  await addOrganization(db.pool, 'many', {});
  await addOrganization(db.pool, 'sealed', { sequestered: true });
  await addOrganization(db.pool, 'bare');
  for (const organization of ORGANIZATIONS) {
    await addUser(db.pool, organization, `${organization}-owner`, { orgRole: 255 });
    await addUser(db.pool, organization, `${organization}-here`);
    await addUser(db.pool, organization, `${organization}-old`);
    await revoke(db.pool, `${organization}-old`, 60);
  }
});
afterAll(() => db.drop());

let users = 0;
async function newUser(organization = 'org1'): Promise<string> {
  const userId = `${organization}-new${users++}`;
  await addUser(db.pool, organization, userId);
  return userId;
}
const workspace = (organization: string, ...members: string[]) =>
  addWorkspace(db.pool, organization, Object.fromEntries(members.map((member) => [member, 'ADMIN'])));
const remove = async (userId: string, organization = 'org1') =>
  (await deleteUserRpc(db.pool)({ caller: callerNamed(`${organization}-owner`), userId }))
    .orphanedWorkspaceIds;
const announce = (organization: string) =>
  transaction(db.pool, (tx) => announceOrphans(tx, organization, undefined));

describe('a revocation', () => {
  it('announces the workspaces whose last member it was, and no other', async () => {
    const user = await newUser();
    const alone = await workspace('org1', user);
    const last = await workspace('org1', user, 'org1-old');
    const held = await workspace('org1', user);
    await hold(db.pool, held);
    const shared = await workspace('org1', user, 'org1-here');
    const another = await workspace('org1', 'org1-old');
    expect(await remove(user)).toEqual([alone, last, held].sort());

    const since = await revokedSince(db.pool, user);
    for (const workspaceId of [alone, last, held])
      expect(await announcementsOf(db.pool, workspaceId)).toMatchObject([
        { context: { organizationId: 'org1', workspaceId, epoch: 0 }, since },
      ]);
    for (const workspaceId of [shared, another])
      expect(await announcementsOf(db.pool, workspaceId)).toEqual([]);
  });

  it('never announces a soft-deleted workspace, one being purged, or one the user was left out of', async () => {
    const user = await newUser();
    const deleted = await workspace('org1', user);
    await softDelete(db.pool, deleted);
    const purging = await workspace('org1', user);
    await softDelete(db.pool, purging);
    await byLoop(db.pool, 'org1', purging);
    const empty = await workspace('org1', user);
    await leaveOut(db.pool, empty, user, 1);
    const leftOut = await workspace('org1', user, 'org1-old');
    await leaveOut(db.pool, leftOut, user, 1);
    expect(await remove(user)).toEqual([]);
    for (const workspaceId of [deleted, purging, empty, leftOut])
      expect(await announcementsOf(db.pool, workspaceId)).toEqual([]);
  });

  it.each(['sealed', 'bare'])('announces nothing in an organization that is %s', async (organization) => {
    const user = await newUser(organization);
    await workspace(organization, user);
    expect(await remove(user, organization)).toEqual([]);
    expect(await announced(db.pool, organization)).toEqual([]);
  });

  it.each([999, 1000, 2001])('announces each of %i orphans once', async (count) => {
    const user = await newUser('many');
    const before = (await announced(db.pool, 'many')).length;
    const ids = await addWorkspaces(db.pool, 'many', user, count);
    await addWorkspaces(db.pool, 'many', 'many-here', 10);
    expect(await remove(user, 'many')).toEqual(ids);
    const all = await announced(db.pool, 'many');
    expect(all).toHaveLength(before + count);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(ids));
  });
});

describe('a policy that begins to allow a purge of orphans', () => {
  it('announces those that stand already, each once, though several of its members are revoked', async () => {
    for (const organization of ['sealed', 'bare']) {
      const [one, two] = [await newUser(organization), await newUser(organization)];
      const orphans = [await workspace(organization, one), await workspace(organization, one, two)];
      await workspace(organization, one, `${organization}-here`);
      await softDelete(db.pool, await workspace(organization, two));
      for (const user of [one, two]) await remove(user, organization);
      expect(await announce(organization)).toEqual([]);
      await setPolicy(db.pool, organization, {});
      const found = await announce(organization);
      expect(found).toEqual(expect.arrayContaining(orphans));
      expect(await announced(db.pool, organization)).toEqual(found);
    }
  });

  it('is that of one organization', async () => {
    await revoke(db.pool, 'org10-here');
    const elsewhere = await workspace('org10', 'org10-here');
    expect(await announce('org1')).not.toContain(elsewhere);
    expect(await announcementsOf(db.pool, elsewhere)).toEqual([]);
  });
});
