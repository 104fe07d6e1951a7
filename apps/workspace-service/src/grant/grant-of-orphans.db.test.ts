import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { byLoop, byOperator, contextOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { orphanDelaySeconds: 60 });
  await addOrganization(db.pool, 'sealed', { sequestered: true });
  await addOrganization(db.pool, 'bare');
  for (const organization of ['org1', 'sealed', 'bare']) {
    for (const user of ['long', 'short', 'here'])
      await addUser(db.pool, organization, `${organization}-${user}`);
    await revoke(db.pool, `${organization}-long`, 61);
    await revoke(db.pool, `${organization}-short`, 30);
  }
});
afterAll(() => db.drop());

const workspace = (organization: string, ...users: string[]) =>
  addWorkspace(
    db.pool,
    organization,
    Object.fromEntries(users.map((user) => [`${organization}-${user}`, 'READ'])),
  );
const order = async (organization: string, id: string) =>
  (await byOperator(db.pool, organization, id, 'orphaned')).kind;

describe('the grant of an orphan', () => {
  it('opens and grants a deletion of a new epoch, by an operator order', async () => {
    const id = await workspace('org1', 'long');
    expect(await byOperator(db.pool, 'org1', id, 'orphaned')).toMatchObject({
      kind: 'granted',
      deletion: {
        kind: 'orphaned',
        epoch: 1,
        delete_time: null,
        purge_time: null,
        requested_by: 'operator-1',
      },
    });
    expect(await see(db.pool, id)).toMatchObject({
      state: 'purging',
      epoch: 1,
      deletions: ['orphaned 1 purging'],
      events: ['workspace.purge_started'],
    });
  });

  it('is never the loop’s', async () => {
    const id = await workspace('org1', 'long');
    expect((await byLoop(db.pool, 'org1', id)).kind).toBe('not_deletable');
  });

  it.each([
    ['not_deletable', 'while one member is left', 'org1', ['long', 'here']],
    ['not_deletable', 'of a workspace that never had a member', 'org1', []],
    ['not_due', 'before the delay since the last one left', 'org1', ['long', 'short']],
    ['sequestered', 'where a sequester can still decrypt', 'sealed', ['long']],
    ['no_policy', 'without a policy', 'bare', ['long']],
  ] as const)('is refused as %s %s', async (kind, _, organization, users) => {
    const id = await workspace(organization, ...users);
    expect(await order(organization, id)).toBe(kind);
    expect((await see(db.pool, id)).state).toBe('active');
  });

  it('is refused while held', async () => {
    const id = await workspace('org1', 'long');
    const held = { workspaceId: id, origin: 'court', reason: 'because', placedBy: 'o', caller: undefined };
    await placeHoldRpc(db.pool)(held, contextOf('operator'));
    expect(await order('org1', id)).toBe('held');
  });

  it('takes the default from the workspace that it lets go', async () => {
    const id = await workspace('org1', 'long');
    await db.pool.query(`update workspace set is_default = true where workspace_id = $1`, [id]);
    expect(await order('org1', id)).toBe('granted');
    const { rows } = await db.pool.query(`select is_default from workspace where workspace_id = $1`, [id]);
    expect(rows).toEqual([{ is_default: false }]);
  });

  it('never takes a soft-deleted workspace for an orphan, though its members are suspended or revoked', async () => {
    for (const users of [['long'], ['here'], ['long', 'here']]) {
      const id = await workspace('org1', ...users);
      await softDelete(db.pool, id);
      expect(await order('org1', id)).toBe('not_deletable');
      expect((await see(db.pool, id)).state).toBe('deleted');
    }
  });
});
