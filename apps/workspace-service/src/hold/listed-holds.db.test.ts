import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHolders, holdingIn, OPERATOR } from '../testing/holding.js';
import { byLoop, reasonOf, softDelete } from '../testing/stories.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addHolders(db.pool);
});
afterAll(() => db.drop());
const { list, place, release, workspace } = holdingIn(() => db.pool);

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
