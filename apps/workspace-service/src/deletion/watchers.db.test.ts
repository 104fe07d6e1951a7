import { fileURLToPath } from 'node:url';
import { createTestDatabase, eventually, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { callerNamed, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { watchedPool } from '../testing/watched-pool.js';
import { quietService, watchAt } from '../testing/watching.js';
import { addOrganization, addUser, addWorkspace, hold } from '../testing/world.sql.js';
import { watchDeletionRpc } from '../watch-deletion/watch-deletion.rpc.js';
import { createWatchers, WATCHER_LIMITS } from '../watch-deletion/watchers.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const { perUser } = WATCHER_LIMITS;
let db: TestDatabase;
let service: WorkspaceServiceHandle;
const servers = () => ({
  databaseUrl: db.url,
  natsUrl: serverVariable('NATS_URL'),
  natsToken: process.env['NATS_TOKEN'],
});
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  for (const user of ['ann', 'bob', 'cat']) await addUser(db.pool, 'org1', user);
  service = await quietService(servers());
});
afterAll(async () => {
  await service.stop();
  await db.drop();
});

async function deleted(): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN', bob: 'READ' });
  await softDelete(db.pool, id);
  return id;
}
const restored = (workspaceId: string) =>
  restoreWorkspace(db.pool, { workspaceId, caller: undefined, operator: 'o' });
const watch = (user: string | undefined, workspaceId: string, { lastEventId = '', at = service } = {}) =>
  watchAt(at, user, workspaceId, lastEventId);
/** How many streams a service says are open. */
const openAt = async ({ adminAddress }: WorkspaceServiceHandle) => {
  const text = await (await fetch(`http://${adminAddress}/metrics`)).text();
  return Number(/^lethe_open_streams\{stream="watch-deletion".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
};

describe('watchers', () => {
  it(`are at most ${perUser} of one user, counted in a metric, and make room when they go`, async () => {
    const id = await deleted();
    const watches = Array.from({ length: perUser }, () => watch('ann', id));
    await Promise.all(watches.map((w) => w.next()));
    expect(await openAt(service)).toBe(perUser);
    expect(await watch('ann', id).ended()).toBe('TOO_MANY_WATCHERS');
    for (const somebodyElse of ['bob', undefined]) {
      const admitted = watch(somebodyElse, id);
      await admitted.next();
      admitted.cancel();
    }
    watches.pop()?.cancel();
    await eventually('there is room for one', async () => {
      const admitted = watch('ann', id);
      const seen = await admitted.next().catch(() => undefined);
      admitted.cancel();
      return seen !== undefined;
    });
    watches.forEach((w) => w.cancel());
    await eventually('nobody watches any more', async () => (await openAt(service)) === 0);
  });

  it('are bounded altogether, operators too, and are let go when they end or are refused', async () => {
    const [id, over] = [await deleted(), await deleted()];
    await restored(over);
    const counted: number[] = [];
    const watchers = createWatchers({ perProcess: 3, perUser: 2 }, (open) => counted.push(open));
    const begin = (user: string | undefined, workspaceId = id) => {
      const caller = user === undefined ? undefined : callerNamed(user);
      const context = contextOf(user === undefined ? 'operator' : 'gateway');
      return watchDeletionRpc(db.pool, watchers)({ caller, workspaceId, lastEventId: '' }, context);
    };
    const [first, second, third] = [begin('ann'), begin('ann'), begin(undefined)];
    await Promise.all([first, second, third].map((w) => w.next()));
    for (const user of ['bob', undefined, 'ann'])
      expect(await reasonOf(begin(user).next())).toBe('TOO_MANY_WATCHERS');
    await third.return(undefined);
    expect(await reasonOf(begin('ann').next())).toBe('TOO_MANY_WATCHERS');
    for (let n = 0; n < 5; n++) {
      expect(await reasonOf(begin('cat').next())).toBe('WORKSPACE_NOT_FOUND');
      const ends = begin('bob', over);
      expect((await ends.next()).done).toBe(false);
      expect((await ends.next()).done).toBe(true);
    }
    await first.return(undefined);
    await second.return(undefined);
    expect(counted.at(-1)).toBe(0);
    expect(Math.max(...counted)).toBe(3);
  });

  it('cost one statement for each look at what has not changed', async () => {
    let looked: () => void = () => undefined;
    const { pool, statements } = watchedPool(db.pool, async () => looked());
    for (const user of ['ann', undefined]) {
      const id = await deleted();
      const caller = user === undefined ? undefined : callerNamed(user);
      const watching = watchDeletionRpc(pool, createWatchers())(
        { caller, workspaceId: id, lastEventId: '' },
        contextOf(user === undefined ? 'operator' : 'gateway'),
      );
      await watching.next();
      statements.length = 0;
      const thrice = new Promise<void>((resolve) => {
        looked = () => {
          if (statements.length === 3) resolve();
        };
      });
      const change = watching.next();
      await thrice;
      expect(new Set(statements.map(({ text }) => text)).size).toBe(1);
      await hold(db.pool, id);
      await change;
      await watching.return(undefined);
    }
  });

  it('end at once when the service stops, and are told to come again', async () => {
    const id = await deleted();
    const stopping = await quietService(servers());
    const watches = [watch('ann', id, { at: stopping }), watch(undefined, id, { at: stopping })];
    const { eventId } = await watches[0]!.next();
    await watches[1]!.next();
    const resumed = watch('bob', id, { at: stopping, lastEventId: eventId });
    await eventually('all watch', async () => (await openAt(stopping)) === 3);
    // A server that gives up waiting for them would break them off without a refusal.
    const stopped = stopping.stop();
    for (const watching of [...watches, resumed]) {
      expect(await watching.ended()).toBe('UNAVAILABLE');
      expect(watching.unread()).toBe(0);
    }
    await stopped;
  });
});
