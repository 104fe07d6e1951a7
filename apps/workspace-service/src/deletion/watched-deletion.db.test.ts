import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DeletionState, type WatchDeletionRequest, type WatchDeletionResponse } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import { createTestDatabase, eventually, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { clientsOf, configOf, serviceOf } from '../testing/running-service.js';
import { byLoop, callerNamed, certificateKey, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { watchedPool } from '../testing/watched-pool.js';
import { addOrganization, addUser, addWorkspace, hold, revoke } from '../testing/world.sql.js';
import { watchDeletionRpc } from '../watch-deletion/watch-deletion.rpc.js';
import { createWatchers, WATCHER_LIMITS } from '../watch-deletion/watchers.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const { perUser } = WATCHER_LIMITS;
let db: TestDatabase;
let service: WorkspaceServiceHandle;
let other: WorkspaceServiceHandle;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'now', {});
  for (const user of ['ann', 'bob', 'cat']) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'now', 'eve', { orgRole: 255 });
  [service, other] = [await started(), await started()];
});
afterAll(async () => {
  await Promise.all([service.stop(), other.stop()]);
  await db.drop();
});

async function started(): Promise<WorkspaceServiceHandle> {
  const config = configOf({
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: (await certificateKey()).json,
  });
  // Nothing here may be purged or certified but by the test.
  const handle = serviceOf({ ...config, reconcileMs: 3_600_000 });
  await handle.start();
  return handle;
}
async function deleted(
  organization = 'org1',
  members = { ann: 'ADMIN', bob: 'READ' } as const,
): Promise<string> {
  const id = await addWorkspace(db.pool, organization, organization === 'now' ? { eve: 'ADMIN' } : members);
  await softDelete(db.pool, id);
  return id;
}
const restored = (workspaceId: string) =>
  restoreWorkspace(db.pool, { workspaceId, caller: undefined, operator: 'o' });

interface Watch {
  next(): Promise<WatchDeletionResponse>;
  /** The reason it was refused or ended with; `end` without one. What came before it is thrown away. */
  ended(): Promise<string>;
  readonly unread: () => number;
  cancel(): void;
}
/** Over a real socket, by a user or (undefined) an operator. */
function watch(
  user: string | undefined,
  workspaceId: string,
  { lastEventId = '', at = service } = {},
): Watch {
  const clients = clientsOf(at.grpcAddress, user === undefined ? 'operator' : 'gateway');
  const request: WatchDeletionRequest = {
    ...{ workspaceId, lastEventId },
    caller: user === undefined ? undefined : callerNamed(user),
  };
  const call = clients.workspaces.stream((c) => c.watchDeletion.bind(c), request);
  const [arrived, waiting]: [WatchDeletionResponse[], ((answer: WatchDeletionResponse) => void)[]] = [[], []];
  const ended = new Promise<string>((resolve) => {
    call.on('end', () => resolve('end'));
    call.on('error', (error: unknown) => resolve(refusalOf(error)?.reason ?? String(error)));
  }).finally(() => clients.close());
  call.on('data', (answer: WatchDeletionResponse) => {
    const take = waiting.shift();
    if (take) take(answer);
    else arrived.push(answer);
  });
  return {
    next: async () => {
      const first = arrived.shift();
      if (first) return first;
      const come = new Promise<WatchDeletionResponse>((resolve) => waiting.push(resolve));
      const none = ended.then((reason) => Promise.reject(new Error(`the watch ended: ${reason}`)));
      return Promise.race([come, none]);
    },
    ended: () => ended,
    unread: () => arrived.length,
    cancel: () => call.cancel(),
  };
}

describe('WatchDeletion', () => {
  it('tells the state of now and each change, and ends with the final one', async () => {
    const id = await deleted();
    for (const user of ['ann', undefined]) {
      const watching = watch(user, id);
      expect((await watching.next()).deletion).toMatchObject({
        state: DeletionState.SCHEDULED,
        conditions: [],
      });
      await hold(db.pool, id);
      expect((await watching.next()).deletion?.conditions).toMatchObject([{ type: 'Held' }]);
      await db.pool.query(
        `update hold set release_time = now(), released_by = 'o' where workspace_id = $1 and release_time is null`,
        [id],
      );
      expect((await watching.next()).deletion?.conditions).toEqual([]);
      watching.cancel();
    }
    const watching = watch('bob', id);
    await watching.next();
    await restored(id);
    expect((await watching.next()).deletion?.state).toBe(DeletionState.RESTORED);
    expect(await watching.ended()).toBe('end');
  });

  it('tells of progress and reports while it is purged', async () => {
    const id = await deleted('now');
    await byLoop(db.pool, 'now', id);
    const watching = watch('eve', id);
    expect((await watching.next()).deletion?.state).toBe(DeletionState.PURGING);
    const sweeper = clientsOf(service.grpcAddress, 'blob-sweeper');
    for (const blocksSwept of [1, 2]) {
      await sweeper.authority.unary((c) => c.reportProgress.bind(c), {
        ...{ workspaceId: id, epoch: 1, conditions: [] },
        progress: {
          ...{ blocksTotal: 5, bytesTotal: 9, blocksSwept, blocksRetained: 0, blocksBlocked: 0 },
          ...{ blocksPerSecond: 1, estimatedEndTime: undefined },
        },
      });
      expect((await watching.next()).deletion?.progress).toMatchObject({ blocksSwept });
    }
    sweeper.close();
    await db.pool.query(
      `update deletion_participant set report_time = now(), evidence = '{}'
        where participant = 'realm-purge' and deletion_id = (select deletion_id from deletion where workspace_id = $1)`,
      [id],
    );
    expect((await watching.next()).deletion?.participants).toMatchObject([
      {},
      { reportTime: expect.any(Date) },
    ]);
    watching.cancel();
  });

  it('names each state the same, whoever answers and when, and each state another', async () => {
    const id = await deleted();
    const watches = [watch('ann', id), watch(undefined, id, { at: other })];
    const names = async () =>
      new Set((await Promise.all(watches.map((w) => w.next()))).map((a) => a.eventId));
    const first = await names();
    expect(first.size).toBe(1);
    await hold(db.pool, id);
    const second = await names();
    expect(second.size).toBe(1);
    expect([...second]).not.toEqual([...first]);
    expect([...second][0]).toMatch(/^[\w-]{16}$/);
    const late = watch('bob', id, { at: other });
    expect((await late.next()).eventId).toBe([...second][0]);
    [...watches, late].forEach((w) => w.cancel());
  });

  it('behind the last event seen says nothing until something changes, elsewhere too', async () => {
    const id = await deleted();
    const before = watch('ann', id);
    const { eventId } = await before.next();
    before.cancel();
    const resumed = watch('ann', id, { lastEventId: eventId, at: other });
    const fresh = watch('ann', id, { at: other });
    expect((await fresh.next()).eventId).toBe(eventId);
    expect(resumed.unread()).toBe(0);
    await hold(db.pool, id);
    for (const watching of [resumed, fresh])
      expect((await watching.next()).deletion?.conditions).toMatchObject([{ type: 'Held' }]);
    [resumed, fresh].forEach((w) => w.cancel());
    const behind = watch('ann', id, { lastEventId: eventId });
    expect((await behind.next()).deletion?.conditions).toMatchObject([{ type: 'Held' }]);
    behind.cancel();
  });

  it('behind the final event ends at once, behind another tells the final one first', async () => {
    const id = await deleted();
    await restored(id);
    const whole = watch('ann', id);
    const { eventId, deletion } = await whole.next();
    expect(deletion?.state).toBe(DeletionState.RESTORED);
    expect(await whole.ended()).toBe('end');
    const again = watch('ann', id, { lastEventId: eventId });
    expect(await again.ended()).toBe('end');
    expect(again.unread()).toBe(0);
    const stale = watch('ann', id, { lastEventId: 'stale' });
    expect((await stale.next()).eventId).toBe(eventId);
    expect(await stale.ended()).toBe('end');
  });

  it('goes on with a deletion that came after the one it told of', async () => {
    const id = await deleted();
    const { eventId } = await (async () => {
      const watching = watch('ann', id);
      const answer = await watching.next();
      watching.cancel();
      return answer;
    })();
    await restored(id);
    await softDelete(db.pool, id);
    const resumed = watch('ann', id, { lastEventId: eventId });
    expect((await resumed.next()).deletion).toMatchObject({ epoch: 3, state: DeletionState.SCHEDULED });
    resumed.cancel();
  });
});

describe('whoever may not see a deletion', () => {
  it('is refused it, as any other read', async () => {
    const [id, active] = [await deleted(), await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' })];
    expect(await watch('cat', id).ended()).toBe('WORKSPACE_NOT_FOUND');
    expect(await watch('eve', id).ended()).toBe('WORKSPACE_NOT_FOUND');
    expect(await watch('nobody', id).ended()).toBe('USER_NOT_FOUND');
    expect(await watch('ann', active).ended()).toBe('DELETION_NOT_FOUND');
    for (const unknown of [randomUUID(), 'no id', '']) {
      expect(await watch('ann', unknown).ended()).toBe('WORKSPACE_NOT_FOUND');
      expect(await watch(undefined, unknown).ended()).toBe('DELETION_NOT_FOUND');
    }
    const nobody = { workspaceId: id, caller: undefined, lastEventId: '' };
    const asGateway = watchDeletionRpc(db.pool, createWatchers())(nobody, contextOf('gateway'));
    expect(await reasonOf(asGateway.next())).toBe('INVALID_ARGUMENT');
  });

  it('any more is told so, and nothing more', async () => {
    for (const [user, undo] of [
      ['bob', () => revoke(db.pool, 'bob', null)],
      ['cat', () => Promise.resolve()],
    ] as const) {
      const id = await deleted('org1', { ann: 'ADMIN', [user]: 'READ' } as never);
      const watching = watch(user, id);
      await watching.next();
      if (user === 'bob') await revoke(db.pool, 'bob');
      else await db.pool.query(`delete from membership where workspace_id = $1 and user_id = 'cat'`, [id]);
      expect(await watching.ended()).toBe(user === 'bob' ? 'USER_NOT_FOUND' : 'WORKSPACE_NOT_FOUND');
      expect(watching.unread()).toBe(0);
      await undo();
    }
  });
});

describe('watchers', () => {
  it(`are at most ${perUser} of one user, counted in a metric, and make room when they go`, async () => {
    const open = async () => {
      const text = await (await fetch(`http://${other.adminAddress}/metrics`)).text();
      return Number(/^lethe_open_streams\{stream="watch-deletion".*\} (\d+)$/m.exec(text)?.[1]);
    };
    await eventually('nobody watches', async () => !((await open()) > 0));
    const id = await deleted();
    const watches = Array.from({ length: perUser }, () => watch('ann', id, { at: other }));
    await Promise.all(watches.map((w) => w.next()));
    expect(await open()).toBe(perUser);
    expect(await watch('ann', id, { at: other }).ended()).toBe('TOO_MANY_WATCHERS');
    for (const somebodyElse of ['bob', undefined]) {
      const admitted = watch(somebodyElse, id, { at: other });
      await admitted.next();
      admitted.cancel();
    }
    watches.pop()?.cancel();
    await eventually('there is room for one', async () => {
      const admitted = watch('ann', id, { at: other });
      const seen = await admitted.next().catch(() => undefined);
      admitted.cancel();
      return seen !== undefined;
    });
    watches.forEach((w) => w.cancel());
    await eventually('nobody watches any more', async () => (await open()) === 0);
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
    const stopping = await started();
    const watches = [watch('ann', id, { at: stopping }), watch(undefined, id, { at: stopping })];
    const { eventId } = await watches[0]!.next();
    await watches[1]!.next();
    const resumed = watch('bob', id, { at: stopping, lastEventId: eventId });
    const admin = `http://${stopping.adminAddress}/metrics`;
    await eventually('all watch', async () =>
      /^lethe_open_streams\{.*\} 3$/m.test(await (await fetch(admin)).text()),
    );
    // A server that gives up waiting for them would break them off without a refusal.
    const stopped = stopping.stop();
    for (const watching of [...watches, resumed]) {
      expect(await watching.ended()).toBe('UNAVAILABLE');
      expect(watching.unread()).toBe(0);
    }
    await stopped;
  });
});
