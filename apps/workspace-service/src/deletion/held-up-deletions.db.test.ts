import { fileURLToPath } from 'node:url';
import { Condition, DeletionProgress } from '@lethe/contracts';
import { createMetrics, type Logger } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { reportProgressRpc } from '../report-progress/report-progress.rpc.js';
import { interventionsIn } from '../testing/interventions.js';
import { byOperator, contextOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';
import { progressWatcher } from '../watch-progress/watch-progress.loop.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeEach(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
  return () => db.drop();
});
const { pause, resume } = interventionsIn(() => db.pool);

async function purging(keepBlocks = false): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, id);
  await byOperator(db.pool, 'org1', id, 'deletion_planned', keepBlocks);
  return id;
}
/** As if all that was done of it so far had been done so long before. */
async function age(seconds: number, ...ids: string[]): Promise<void> {
  const list = ids.map((id) => `'${id}'`).join();
  await db.pool.query(
    `begin;
     set local session_replication_role = replica;
     update deletion
        set delete_time = delete_time - make_interval(secs => ${seconds}), purge_time = purge_time - make_interval(secs => ${seconds}),
            grant_time = grant_time - make_interval(secs => ${seconds}), order_time = order_time - make_interval(secs => ${seconds})
      where workspace_id in (${list});
     update deletion_progress
        set report_time = report_time - make_interval(secs => ${seconds}), change_time = change_time - make_interval(secs => ${seconds})
      where deletion_id in (select deletion_id from deletion where workspace_id in (${list}));
     commit`,
  );
}
const say = (workspaceId: string, blocksSwept: number, ...conditions: Partial<Condition>[]) =>
  reportProgressRpc(db.pool)(
    {
      ...{ workspaceId, epoch: 1, progress: DeletionProgress.create({ blocksTotal: 100, blocksSwept }) },
      conditions: conditions.map((condition) => Condition.create({ type: 'Blocked', ...condition })),
    },
    contextOf('realm-purge'),
  );

/** A watcher, with what it wrote into the log, the gauge and the alarms. */
function watching() {
  const metrics = createMetrics('test');
  const lines: { readonly workspaceId: string; readonly conditions: readonly string[] }[] = [];
  const logger = { error: (line: (typeof lines)[number]) => lines.push(line) } as unknown as Logger;
  const run = progressWatcher({ pool: db.pool, patience: { noProgressSeconds: 180 }, logger, metrics });
  return {
    run,
    lines,
    alarms: async () => (await metrics.alarms.get()).values.map(({ labels, value }) => [labels.alarm, value]),
    heldUp: async () =>
      Object.fromEntries(
        (await metrics.deletionsHeldUp.get()).values
          .filter(({ value }) => value > 0)
          .map(({ labels, value }) => [String(labels.condition), value] as const),
      ),
  };
}

describe('watch-progress', () => {
  it('alarms what stands still, once for each standstill', async () => {
    const [still, working] = [await purging(), await purging()];
    const { run, lines, alarms, heldUp } = watching();
    await age(170, still);
    expect((await run()).counts).toEqual({ found: 2, heldUp: 0, still: 0 });
    expect([await alarms(), await heldUp()]).toEqual([[], {}]);

    await age(10, still);
    for (let round = 0; round < 3; round++)
      expect((await run()).counts).toEqual({ found: 2, heldUp: 1, still: 1 });
    expect(lines).toMatchObject([
      {
        workspaceId: still,
        epoch: 1,
        conditions: expect.arrayContaining(['NoProgress', 'ParticipantSilent']),
      },
    ]);
    expect(await alarms()).toEqual([['no_progress', 1]]);
    expect(await heldUp()).toEqual({ NoProgress: 1, ParticipantSilent: 1 });

    await say(still, 1);
    await say(working, 1);
    expect((await run()).counts).toMatchObject({ still: 0 });
    expect(await heldUp()).toEqual({});
    await age(180, still);
    await run();
    await say(still, 1); // says the same again: it speaks, and stands still
    await run();
    expect(lines).toHaveLength(2);
    expect(await alarms()).toEqual([['no_progress', 2]]);
    expect(await heldUp()).toMatchObject({ NoProgress: 1 });
  });

  it('shows what is paused or kept, and alarms it not', async () => {
    const [paused, kept] = [await purging(), await purging(true)];
    const { run, lines, alarms, heldUp } = watching();
    await pause(paused);
    await say(kept, 0);
    await age(9_999, paused, kept);
    expect((await run()).counts).toEqual({ found: 2, heldUp: 2, still: 0 });
    expect(await heldUp()).toEqual({ Paused: 1, BlocksKept: 1 });
    expect([lines, await alarms()]).toEqual([[], []]);

    await resume(paused);
    await run();
    expect(lines, 'counted anew from the order on').toEqual([]);
    await age(180, paused);
    await run();
    expect(lines).toMatchObject([{ workspaceId: paused }]);
  });

  it('shows what is blocked until a known time, and alarms what is blocked for nobody knows how long', async () => {
    const [known, over, unknown] = [await purging(), await purging(), await purging()];
    const { run, lines, heldUp } = watching();
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);
    await say(known, 1, { message: 'locked', until: inSeconds(3_600) });
    await say(over, 1, { message: 'locked', until: inSeconds(-600) });
    await say(unknown, 1, { message: 'refused' });
    await age(300, known, over, unknown);
    await run();
    expect(lines.map(({ workspaceId }) => workspaceId).sort()).toEqual([over, unknown].sort());
    expect(await heldUp()).toEqual({ Blocked: 3, NoProgress: 2, ParticipantSilent: 2 });
  });

  it('looks at all of them beyond a batch, and lets no participant name a label', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 205; n++) ids.push(await purging());
    const { run, lines, heldUp } = watching();
    await age(200, ...ids.slice(3));
    await say(ids[0]!, 1, { type: 'NoProgress' }, { type: 'x'.repeat(200) });
    expect((await run()).counts).toEqual({ found: 205, heldUp: 203, still: 202 });
    expect(lines).toHaveLength(202);
    expect(await heldUp()).toEqual({ NoProgress: 202, ParticipantSilent: 202, Other: 1 });
  });
});
