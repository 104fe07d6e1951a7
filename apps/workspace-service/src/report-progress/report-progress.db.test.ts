import { fileURLToPath } from 'node:url';
import { Condition, DeletionProgress } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listProgress, newestDeletion } from '../deletion/deletion.sql.js';
import { byLoop, contextOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';
import { reportProgressRpc } from './report-progress.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let workspaceId: string;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
  workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, workspaceId);
  await byLoop(db.pool, 'org1', workspaceId);
});
afterAll(() => db.drop());

const say = async (progress: Partial<DeletionProgress>, ...conditions: Partial<Condition>[]) => {
  // A word before this one was said long ago: its times tell whether this one changed them.
  await db.pool.query(`update deletion_progress set report_time = 'yesterday', change_time = 'yesterday'`);
  await reportProgressRpc(db.pool)(
    {
      ...{ workspaceId, epoch: 1, progress: DeletionProgress.create({ blocksTotal: 10, ...progress }) },
      conditions: conditions.map((condition) => Condition.create({ type: 'Blocked', ...condition })),
    },
    contextOf('realm-purge'),
  );
  const row = (await newestDeletion(db.pool, 'org1', workspaceId))!;
  const [said] = await listProgress(db.pool, row);
  const isNew = (time: Date) => Date.now() - time.getTime() < 3_600_000;
  expect(isNew(said!.report_time)).toBe(true);
  return isNew(said!.change_time);
};

describe('ReportProgress', () => {
  it('knows a change from the same said again', async () => {
    const until = new Date('2030-01-01T00:00:00Z');
    expect(await say({ blocksSwept: 1 })).toBe(true);
    expect(await say({ blocksSwept: 1 })).toBe(false);
    expect(await say({ blocksSwept: 1, blocksPerSecond: 7, estimatedEndTime: new Date() })).toBe(false);
    expect(await say({ blocksSwept: 1, blocksPerSecond: 9 })).toBe(false);
    expect(await say({ blocksSwept: 2 })).toBe(true);
    expect(await say({ blocksSwept: 2 }, { message: 'locked', until })).toBe(true);
    expect(await say({ blocksSwept: 2, blocksPerSecond: 3 }, { message: 'locked', until })).toBe(false);
    expect(await say({ blocksSwept: 2 }, { message: 'locked' })).toBe(true);
    expect(await say({ blocksSwept: 2 })).toBe(true);
    expect(await say({ blocksRetained: 2 })).toBe(true);
  });
});
