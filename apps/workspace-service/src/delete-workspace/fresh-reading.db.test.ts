import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { event } from '../event.js';
import { addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';
import { scheduleDeletion, type ScheduledDeletion } from './delete-workspace.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', { graceSeconds: 60 });
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

/** A deletion that was read so long ago, by the database's clock. */
async function readAgo(seconds: number): Promise<ScheduledDeletion> {
  const workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  const { rows } = await db.pool.query<{ delete_time: Date; purge_time: Date }>(
    `select delete_time, delete_time + interval '60 seconds' as purge_time
       from (select clock_timestamp()::timestamptz(3) - make_interval(secs => $1) as delete_time) clock`,
    [seconds],
  );
  const { delete_time: deleteTime, purge_time: purgeTime } = rows[0]!;
  const subject = { organization_id: 'org1', workspace_id: workspaceId, epoch: 1 };
  return {
    ...{ deletionId: randomUUID(), workspaceId, organizationId: 'org1', etag: '0.1', requestedBy: 'ann' },
    ...{
      deleteTime,
      purgeTime,
      purgeMode: 'automatic',
      sweepDelaySeconds: 0,
      keep: { key: workspaceId, request: 'r', answer: {} },
    },
    event: event('workspace.deletion_scheduled', subject, deleteTime, {
      ...{ deletionId: workspaceId, purgeTime, requestedBy: 'ann' },
    }),
  };
}
async function expectUntouched(workspaceId: string): Promise<void> {
  expect(await see(db.pool, workspaceId)).toMatchObject({
    ...{ state: 'active', epoch: 0, etag: '0.1', members: ['ann:ADMIN'], deletions: [], events: [] },
  });
  for (const table of ['system_event', 'kept_answer'])
    expect(
      (await db.pool.query(`select from ${table} where workspace_id = $1`, [workspaceId])).rowCount,
    ).toBe(0);
}

describe('what was read', () => {
  it('is acted upon for some seconds', async () => {
    const it = await readAgo(1);
    expect(await scheduleDeletion(db.pool, it)).toMatchObject({ workspace_id: it.workspaceId, epoch: 1 });
  });

  it('is not acted upon any longer, and nothing is left of the attempt', async () => {
    for (const seconds of [5.001, 60, 86_400]) {
      const it = await readAgo(seconds);
      expect(await scheduleDeletion(db.pool, it)).toBeUndefined();
      await expectUntouched(it.workspaceId);
    }
  });

  it('is judged by its age after others were waited for', async () => {
    const it = await readAgo(4);
    const others = await db.pool.connect();
    try {
      await others.query('begin');
      await others.query('select from workspace where workspace_id = $1 for update', [it.workspaceId]);
      const scheduled = scheduleDeletion(db.pool, it);
      await eventually('five seconds have passed by the database’s clock', async () => {
        const late = `select where clock_timestamp() > $1::timestamptz + interval '5 seconds'`;
        return (await db.pool.query(late, [it.deleteTime])).rowCount === 1;
      });
      await others.query('rollback');
      expect(await scheduled).toBeUndefined();
    } finally {
      others.release();
    }
    await expectUntouched(it.workspaceId);
  });
});
