import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DeletionState } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { clientsOf } from '../testing/running-service.js';
import { byLoop, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { quietService, watchAt } from '../testing/watching.js';
import { addOrganization, addUser, addWorkspace, hold, revoke } from '../testing/world.sql.js';
import { watchDeletionRpc } from '../watch-deletion/watch-deletion.rpc.js';
import { createWatchers } from '../watch-deletion/watchers.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let service: WorkspaceServiceHandle;
let other: WorkspaceServiceHandle;
const servers = () => ({
  databaseUrl: db.url,
  natsUrl: serverVariable('NATS_URL'),
  natsToken: process.env['NATS_TOKEN'],
});
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'now', {});
  for (const user of ['ann', 'bob', 'cat']) await addUser(db.pool, 'org1', user);
  await addUser(db.pool, 'now', 'eve', { orgRole: 255 });
  [service, other] = [await quietService(servers()), await quietService(servers())];
});
afterAll(async () => {
  await Promise.all([service.stop(), other.stop()]);
  await db.drop();
});

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

const watch = (user: string | undefined, workspaceId: string, { lastEventId = '', at = service } = {}) =>
  watchAt(at, user, workspaceId, lastEventId);

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
