import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { byLoop, byOperator, contextOf, expectBoth, race, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';

const TIMES = 200;
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann', { orgRole: 2 });
});
afterAll(() => db.drop());

const workspace = () => addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
async function due(): Promise<string> {
  const id = await workspace();
  await softDelete(db.pool, id);
  return id;
}
describe('one winner', () => {
  it('of restore and grant, every time', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const workspaceId = (ids[n] = await due());
      return [
        async () => (await restoreWorkspace(db.pool, { workspaceId, caller: undefined, operator: 'o' })).kind,
        async () => (await byLoop(db.pool, 'org1', workspaceId)).kind,
      ];
    });
    for (const [n, [restored, granted]] of results.entries()) {
      const seen = await see(db.pool, ids[n]!);
      if (granted === 'granted') {
        expect([restored, seen.state, seen.epoch]).toEqual(['purge_started', 'purging', 1]);
        expect(seen.events).toEqual(['workspace.purge_started']);
      } else {
        expect([restored, granted]).toEqual(['restored', 'not_deletable']);
        expect([seen.state, seen.epoch, seen.members]).toEqual(['active', 2, ['ann:ADMIN']]);
        expect(seen.events).toEqual(['workspace.restored']);
      }
    }
    expectBoth(results.map(([, granted]) => granted));
  });

  it('of hold and grant, every time', async () => {
    const ids: string[] = [];
    const results = await race(TIMES, async (n) => {
      const workspaceId = (ids[n] = await due());
      const hold = { workspaceId, origin: 'court', reason: 'because', placedBy: 'o', caller: undefined };
      return [
        async () => (await reasonOf(placeHoldRpc(db.pool)(hold, contextOf('operator')))) !== 'PURGE_STARTED',
        async () => (await byLoop(db.pool, 'org1', workspaceId)).kind,
      ];
    });
    for (const [n, [held, granted]] of results.entries()) {
      expect(granted).toBe(held ? 'held' : 'granted');
      expect((await see(db.pool, ids[n]!)).state).toBe(held ? 'deleted' : 'purging');
    }
    expectBoth(results.map(([, granted]) => granted));
  });

  it('of two grants, every time: one grant, one event, the same answer', async () => {
    const results = await race(50, async () => {
      const id = await due();
      const grant = () => byOperator(db.pool, 'org1', id);
      return [grant, async () => [await grant(), (await see(db.pool, id)).events] as const];
    });
    for (const [first, [second, events]] of results) {
      expect(first.kind === 'granted' && second.kind === 'granted').toBe(true);
      expect(second).toEqual(first);
      expect(events).toEqual(['workspace.purge_started']);
    }
  });

  it('of a member who comes back and the grant of the orphan: no answer before the grant is overlooked', async () => {
    const results = await race(100, async (n) => {
      const user = `u${n}`;
      await addUser(db.pool, 'org1', user);
      const id = await addWorkspace(db.pool, 'org1', { [user]: 'READ' });
      await revoke(db.pool, user, 60);
      return [
        async () => {
          // The order takes several statements, the return one: it comes at another moment in each round.
          for (let looks = n % 10; looks > 0; looks--) await see(db.pool, id);
          await revoke(db.pool, user, null);
          return (await see(db.pool, id)).state;
        },
        async () => (await byOperator(db.pool, 'org1', id, 'orphaned')).kind,
      ];
    });
    for (const [state, granted] of results)
      expect(`${state} ${granted}`).toBe(granted === 'granted' ? 'purging granted' : 'active not_deletable');
    expectBoth(results.map(([, granted]) => granted));
  });
});
