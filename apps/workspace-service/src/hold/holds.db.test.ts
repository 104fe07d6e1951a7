import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { PlaceHoldRequest, ReleaseHoldRequest } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { listHoldsRpc } from '../list-holds/list-holds.rpc.js';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { releaseHoldRpc } from '../release-hold/release-hold.rpc.js';
import { byLoop, callerNamed, contextOf, race, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org10', {});
  await addUser(db.pool, 'org1', 'owner', { orgRole: 255 });
  await addUser(db.pool, 'org1', 'admin', { orgRole: 254 });
  await addUser(db.pool, 'org1', 'ann', { orgRole: 2 });
  await addUser(db.pool, 'org1', 'new', { orgRole: 255, validated: false });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
});
afterAll(() => db.drop());

const OPERATOR = 'oscar';
const OPERATORS = [OPERATOR, 'olga'];
const workspace = () => addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
const keeper = (by: string) =>
  OPERATORS.includes(by)
    ? { caller: undefined, context: contextOf('operator') }
    : { caller: callerNamed(by), context: contextOf('gateway') };
/** By the operator named here, or by a user. */
const place = (by: string, workspaceId: string, order: Partial<PlaceHoldRequest> = {}) => {
  const { caller, context } = keeper(by);
  const placedBy = caller ? '' : by;
  return placeHoldRpc(db.pool)(
    { workspaceId, origin: 'court', reason: 'case 42', placedBy, caller, ...order },
    context,
  );
};
const release = (by: string, which: Partial<ReleaseHoldRequest>) => {
  const { caller, context } = keeper(by);
  const releasedBy = caller ? '' : by;
  return releaseHoldRpc(db.pool)(
    { holdId: '', workspaceId: '', origin: '', releasedBy, caller, ...which },
    context,
  );
};
const list = (by: string, workspaceId: string, page: { pageSize?: number; pageToken?: string } = {}) => {
  const { caller, context } = keeper(by);
  return listHoldsRpc(db.pool)({ caller, workspaceId, pageSize: 0, pageToken: '', ...page }, context);
};
const remove = (workspaceId: string, etag = '') =>
  deleteWorkspace(db.pool, { caller: callerNamed('ann'), workspaceId, etag });
const audit = async (workspaceId: string) =>
  (
    await db.pool.query<Record<string, unknown>>(
      `select context, context_id, action, organization_id, user_id, by_operator, detail
         from system_event where workspace_id = $1 order by event_no`,
      [workspaceId],
    )
  ).rows;

describe('PlaceHold', () => {
  it.each([
    ['owner', false],
    ['admin', false],
    [OPERATOR, true],
  ])('by %s says who, with an event, an audit entry and a new etag', async (by, byOperator) => {
    const id = await workspace();
    const before = await see(db.pool, id);
    const { holdId, placeTime, hold } = await place(by, id, { origin: ' court ' });
    expect(hold).toEqual({
      ...{ holdId, workspaceId: id, origin: 'court', reason: 'case 42', placedBy: by, byOperator, placeTime },
      ...{ releasedBy: '', releaseTime: undefined },
    });
    const after = await see(db.pool, id);
    expect(after).toEqual({ ...before, etag: '0.2', events: ['workspace.hold_placed'] });
    expect(await audit(id)).toEqual([
      {
        ...{ context: 0, context_id: id, action: 1, organization_id: 'org1', user_id: by },
        ...{ by_operator: byOperator, detail: { change: 'hold_placed', holdId } },
      },
    ]);
  });

  it('is for administrators of the organization, though others be ADMIN of the workspace', async () => {
    const id = await workspace();
    expect(await reasonOf(place('ann', id))).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await reasonOf(place('new', id))).toBe('USER_NOT_VALIDATED');
    expect(await reasonOf(place('nobody', id))).toBe('USER_NOT_VALIDATED');
    expect(await reasonOf(place('eve', id))).toBe('WORKSPACE_NOT_FOUND');
    for (const by of ['owner', OPERATOR])
      for (const unknown of [randomUUID(), 'no id', ''])
        expect(await reasonOf(place(by, unknown))).toBe('WORKSPACE_NOT_FOUND');
    expect(await see(db.pool, id)).toMatchObject({ etag: '0.1', events: [] });
  });

  it('needs an origin, a reason, and an operator’s name; and never an operator where a user must be named', async () => {
    const id = await workspace();
    for (const order of [{ origin: ' ' }, { reason: '' }, { origin: 'x'.repeat(256) }])
      for (const by of ['owner', OPERATOR])
        expect(await reasonOf(place(by, id, order))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(place(OPERATOR, id, { placedBy: ' ' }))).toBe('INVALID_ARGUMENT');
    const nobody = { workspaceId: id, origin: 'o', reason: 'r', placedBy: 'x', caller: undefined };
    expect(await reasonOf(placeHoldRpc(db.pool)(nobody, contextOf('gateway')))).toBe('INVALID_ARGUMENT');
  });

  it('repeated for the same origin and reason answers the hold in force and changes nothing', async () => {
    const id = await workspace();
    const first = await place('owner', id);
    const before = [await see(db.pool, id), await audit(id)];
    expect(await place('admin', id)).toEqual(first);
    expect(await reasonOf(place('admin', id, { reason: 'case 43' }))).toBe('HOLD_EXISTS');
    expect([await see(db.pool, id), await audit(id)]).toEqual(before);
    // Released, it is no more in the way: the next one is another.
    await release('owner', { holdId: first.holdId });
    const again = await place('owner', id, { reason: 'case 43' });
    expect(again.holdId).not.toBe(first.holdId);
  });

  it('keeps one for each origin and each side, all in force together', async () => {
    const id = await workspace();
    const held = [
      await place('owner', id),
      await place('owner', id, { origin: 'police' }),
      await place(OPERATOR, id, { reason: 'another' }),
    ];
    expect(new Set(held.map(({ holdId }) => holdId)).size).toBe(3);
    for (const [i, { holdId }] of held.entries()) {
      expect(await remove(id)).toEqual({ kind: 'held', holds: 3 - i });
      await release(OPERATOR, { holdId });
    }
    expect((await remove(id)).kind).toBe('scheduled');
  });

  it('holds a deleted workspace, due or not, and none after the grant', async () => {
    const id = await workspace();
    await softDelete(db.pool, id);
    const { holdId } = await place('owner', id);
    expect((await byLoop(db.pool, 'org1', id)).kind).toBe('held');
    await release('owner', { holdId });
    expect((await byLoop(db.pool, 'org1', id)).kind).toBe('granted');
    for (const by of ['owner', OPERATOR]) expect(await reasonOf(place(by, id))).toBe('PURGE_STARTED');
    expect(await reasonOf(place('ann', id))).toBe('INSUFFICIENT_PERMISSIONS');
    // Nor by a statement that asks nobody.
    await expect(
      db.pool.query(
        `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator) values ($1, $2, 'o', 'r', 'p', true)`,
        [randomUUID(), id],
      ),
    ).rejects.toThrow('a hold needs a workspace that is active or deleted');
  });

  it('makes a deletion that was decided before look again', async () => {
    const id = await workspace();
    const { etag } = await see(db.pool, id);
    const { holdId } = await place('owner', id);
    expect(await remove(id, etag)).toEqual({ kind: 'etag_mismatch' });
    const held = await see(db.pool, id);
    await release('owner', { holdId });
    expect(await remove(id, held.etag)).toEqual({ kind: 'etag_mismatch' });
  });
});

describe('ReleaseHold', () => {
  it('keeps the hold, with who released it and when, an event, an audit entry and a new etag', async () => {
    const id = await workspace();
    const { holdId, hold } = await place('owner', id);
    const released = await release('admin', { holdId });
    expect(released.hold).toEqual({ ...hold, releasedBy: 'admin', releaseTime: expect.any(Date) });
    expect(await see(db.pool, id)).toMatchObject({
      etag: '0.3',
      events: ['workspace.hold_placed', 'workspace.hold_released'],
    });
    expect((await audit(id))[1]).toMatchObject({
      ...{ context: 0, action: 1, user_id: 'admin', by_operator: false },
      detail: { change: 'hold_released', holdId },
    });
    expect((await list('owner', id)).holds).toEqual([released.hold]);
    expect(await reasonOf(release('admin', { holdId }))).toBe('HOLD_NOT_FOUND');
    expect(await see(db.pool, id)).toMatchObject({ etag: '0.3' });
  });

  it('of an operator’s hold is the operator’s alone, and says so', async () => {
    const id = await workspace();
    const { holdId } = await place(OPERATOR, id);
    for (const which of [{ holdId }, { workspaceId: id, origin: 'court' }]) {
      await expect(release('owner', which)).rejects.toMatchObject({
        reason: 'INSUFFICIENT_PERMISSIONS',
        message: expect.stringContaining('only an operator'),
      });
      expect((await remove(id)).kind).toBe('held');
    }
    expect((await release(OPERATOR, { holdId })).hold).toMatchObject({ releasedBy: OPERATOR });
    const own = await place('owner', id);
    expect((await release('olga', { holdId: own.holdId })).hold).toMatchObject({
      byOperator: false,
      releasedBy: 'olga',
    });
  });

  it('by workspace and origin takes the own side’s first', async () => {
    const id = await workspace();
    const which = { workspaceId: id, origin: 'court' };
    const both = async () => [await place('owner', id), await place(OPERATOR, id)];
    const [own, operators] = await both();
    expect((await release('owner', which)).hold?.holdId).toBe(own?.holdId);
    expect(await reasonOf(release('owner', which))).toBe('INSUFFICIENT_PERMISSIONS');
    expect((await release(OPERATOR, which)).hold?.holdId).toBe(operators?.holdId);
    expect(await reasonOf(release(OPERATOR, which))).toBe('HOLD_NOT_FOUND');
    expect(await reasonOf(release('owner', which))).toBe('HOLD_NOT_FOUND');
    const [own2, operators2] = await both();
    expect((await release(OPERATOR, which)).hold?.holdId).toBe(operators2?.holdId);
    expect((await release(OPERATOR, which)).hold?.holdId).toBe(own2?.holdId);
  });

  it('releases only what all that is named fits', async () => {
    const [id, other] = [await workspace(), await workspace()];
    const { holdId } = await place('owner', id);
    for (const by of ['owner', OPERATOR])
      for (const which of [
        { holdId, workspaceId: other },
        { holdId, workspaceId: 'no id' },
        { holdId, origin: 'police' },
        { holdId: randomUUID() },
        { holdId: 'no id' },
        { workspaceId: id, origin: 'police' },
      ])
        expect(await reasonOf(release(by, which)), JSON.stringify(which)).toBe('HOLD_NOT_FOUND');
    for (const which of [{}, { workspaceId: id }, { origin: 'court' }])
      expect(await reasonOf(release('owner', which))).toBe('INVALID_ARGUMENT');
    expect(await reasonOf(release('owner', { workspaceId: randomUUID(), origin: 'court' }))).toBe(
      'WORKSPACE_NOT_FOUND',
    );
    expect((await remove(id)).kind).toBe('held');
    await release('owner', { holdId, workspaceId: id, origin: 'court' });
  });

  it('is for administrators of the organization, and unknown to others', async () => {
    const id = await workspace();
    const { holdId } = await place('owner', id);
    expect(await reasonOf(release('ann', { holdId }))).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await reasonOf(release('new', { holdId }))).toBe('USER_NOT_VALIDATED');
    expect(await reasonOf(release('eve', { holdId }))).toBe('HOLD_NOT_FOUND');
    expect(await reasonOf(release('eve', { workspaceId: id, origin: 'court' }))).toBe('WORKSPACE_NOT_FOUND');
    expect((await remove(id)).kind).toBe('held');
  });
});

describe('ListHolds', () => {
  it('lists all, released ones too, newest first, in pages', async () => {
    const id = await workspace();
    const placed: string[] = [];
    for (let n = 0; n < 7; n++) {
      const { holdId } = await place(n % 2 ? 'owner' : OPERATOR, id, { origin: `origin ${n}` });
      placed.unshift(holdId);
      if (n % 3 === 0) await release(OPERATOR, { holdId });
    }
    // Two of one millisecond: the ids order them.
    await db.pool.query(`alter table hold disable trigger hold_moves`);
    await db.pool.query(
      `update hold set place_time = (select min(place_time) from hold where workspace_id = $1)
                          where workspace_id = $1 and hold_id = any($2)`,
      [id, placed.slice(3, 5)],
    );
    await db.pool.query(`alter table hold enable trigger hold_moves`);
    const all = (await list('admin', id)).holds;
    expect(all.map(({ holdId }) => holdId).sort()).toEqual([...placed].sort());
    const keys = all.map(({ placeTime, holdId }) => `${placeTime!.toISOString()} ${holdId}`);
    expect(keys).toEqual([...keys].sort().reverse());
    expect(all.filter(({ releaseTime }) => releaseTime)).toHaveLength(3);
    for (const pageSize of [1, 2, 3, 7]) {
      const found = [];
      for (let pageToken = '', more = true; more; more = pageToken !== '') {
        const page = await list(OPERATOR, id, { pageSize, pageToken });
        found.push(...page.holds);
        pageToken = page.nextPageToken;
      }
      expect(found).toEqual(all);
    }
  });

  it('is for administrators of the organization and operators, in every state', async () => {
    const id = await workspace();
    const { hold } = await place('owner', id);
    await release('owner', { holdId: hold!.holdId });
    await softDelete(db.pool, id);
    await byLoop(db.pool, 'org1', id);
    for (const by of ['owner', 'new', OPERATOR]) expect((await list(by, id)).holds).toHaveLength(1);
    expect(await reasonOf(list('ann', id))).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await reasonOf(list('eve', id))).toBe('WORKSPACE_NOT_FOUND');
    expect(await reasonOf(list('nobody', id))).toBe('USER_NOT_FOUND');
    expect(await reasonOf(list(OPERATOR, 'no id'))).toBe('WORKSPACE_NOT_FOUND');
  });
});

describe('hold and deletion', () => {
  it('have an order, every time: no deletion overlooks a hold that committed before it', async () => {
    const ids: string[] = [];
    const results = await race(200, async (n) => {
      const id = (ids[n] = await workspace());
      return [
        async () => {
          // The deletion takes several statements: the hold comes at another moment in each round.
          for (let looks = n % 4; looks > 0; looks--) await see(db.pool, id);
          return reasonOf(place(n % 3 ? 'owner' : OPERATOR, id));
        },
        async () => (await remove(id)).kind,
      ];
    });
    for (const [n, [placed, removed]] of results.entries()) {
      const id = ids[n]!;
      expect(placed).toMatchObject({ holdId: expect.any(String) });
      // The audit's entries are numbered behind the lock of the workspace: in the order of the commits.
      const order = (await audit(id)).map(({ action }) => (action === 2 ? 'deleted' : 'held'));
      expect(order).toEqual(removed === 'scheduled' ? ['deleted', 'held'] : ['held']);
      expect(['scheduled', 'held']).toContain(removed);
      const { state } = await see(db.pool, id);
      expect(state).toBe(removed === 'scheduled' ? 'deleted' : 'active');
      // Deleted first, it is held all the same: nothing purges it.
      if (removed === 'scheduled') expect((await byLoop(db.pool, 'org1', id)).kind).toBe('held');
    }
    expect(new Set(results.map(([, removed]) => removed)).size, 'only one ever won').toBe(2);
  });

  it('of one origin, at once: one hold, the same for both', async () => {
    const results = await race(50, async () => {
      const id = await workspace();
      return [
        async () => (await place('owner', id)).holdId,
        async () => [(await place('admin', id)).holdId, await audit(id)] as const,
      ];
    });
    for (const [first, [second, entries]] of results) {
      expect(second).toBe(first);
      expect(entries).toHaveLength(1);
    }
  });
});
