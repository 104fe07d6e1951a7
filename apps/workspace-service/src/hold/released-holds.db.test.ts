import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHolders, holdingIn, OPERATOR } from '../testing/holding.js';
import { reasonOf } from '../testing/stories.js';
import { see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addHolders(db.pool);
});
afterAll(() => db.drop());
const { audit, list, place, release, remove, workspace } = holdingIn(() => db.pool);

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
      ...{ context: 0, action: 1, by: 'admin' },
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
