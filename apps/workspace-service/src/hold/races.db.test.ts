import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addHolders, holdingIn, OPERATOR } from '../testing/holding.js';
import { byLoop, race, reasonOf } from '../testing/stories.js';
import { see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addHolders(db.pool);
});
afterAll(() => db.drop());
const { audit, place, remove, workspace } = holdingIn(() => db.pool);

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
