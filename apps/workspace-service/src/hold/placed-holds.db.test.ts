import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHolders, holdingIn, OPERATOR } from '../testing/holding.js';
import { byLoop, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { see } from '../testing/world.sql.js';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addHolders(db.pool);
});
afterAll(() => db.drop());
const { audit, place, release, remove, workspace } = holdingIn(() => db.pool);

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
        ...{ context: 0, context_id: id, action: 1, organization_id: 'org1', workspace_id: id },
        ...{ by: byOperator ? `operator ${by}` : by, detail: { change: 'hold_placed', holdId } },
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

  it('lives with several of one origin, placed before there was a rule: answers the first', async () => {
    const id = await workspace();
    for (const reason of ['first', 'second'])
      await db.pool.query(
        `insert into hold (hold_id, workspace_id, origin, reason, placed_by, by_operator) values ($1, $2, 'court', $3, 'p', false)`,
        [randomUUID(), id, reason],
      );
    expect((await place('owner', id, { reason: 'first' })).hold).toMatchObject({ reason: 'first' });
    expect(await reasonOf(place('owner', id, { reason: 'second' }))).toBe('HOLD_EXISTS');
    for (const reason of ['first', 'second'])
      expect((await release('owner', { workspaceId: id, origin: 'court' })).hold).toMatchObject({ reason });
    expect((await remove(id)).kind).toBe('scheduled');
  });

  it('tells subscribers of it without a word of free text', async () => {
    const id = await workspace();
    await place('owner', id, { origin: 'Mr. Smith against Ada', reason: 'case of Smith' });
    const { rows } = await db.pool.query<{ text: string }>(
      `select convert_from(payload, 'utf8') || headers as text from outbox where headers ->> 'ce-subject' = $1`,
      [id],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.text).not.toMatch(/Smith/);
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
