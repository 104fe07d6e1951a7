import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientsOf, configOf, serviceOf } from './testing/running-service.js';
import { callerNamed, certificateKey } from './testing/stories.js';
import { addOrganization, addUser, addWorkspace, see } from './testing/world.sql.js';
import type { WorkspaceServiceHandle } from './workspace-service.js';

let db: TestDatabase;
let service: WorkspaceServiceHandle;
let gateway: ReturnType<typeof clientsOf>;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', { graceSeconds: 3_600 });
  await addUser(db.pool, 'org1', 'ann');
  const { json } = await certificateKey();
  const servers = {
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: json,
  };
  service = serviceOf(configOf(servers));
  await service.start();
  gateway = clientsOf(service.grpcAddress, 'gateway');
});
afterAll(async () => {
  gateway.close();
  await service.stop();
  await db.drop();
});

/** The service's statements that wait for a lock. */
const waiting = async () =>
  (
    await db.pool.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
        where application_name = 'workspace-service' and wait_event_type = 'Lock'`,
    )
  ).rows[0]?.count;

describe('a deadline that passes while a statement waits', () => {
  // Whoever sees DEADLINE_EXCEEDED knows nothing. Stopping in the middle would not help: the answer may be lost just as well.
  it('ends the call at once; the change may still happen, and its Idempotency-Key tells', async () => {
    const workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const request = { caller: callerNamed('ann'), workspaceId, etag: '', idempotencyKey: 'key-1' };
    const remove = (deadlineMs: number) =>
      gateway.workspaces.unary((client) => client.deleteWorkspace, request, { deadlineMs });
    const lock = await db.pool.connect();
    await lock.query('begin');
    await lock.query('select from workspace where workspace_id = $1 for update', [workspaceId]);

    await expect(remove(1_000)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(await waiting()).toBe(1);
    await lock.query('commit');
    lock.release();

    await expect.poll(async () => (await see(db.pool, workspaceId)).state).toBe('deleted');
    const { deletion } = await remove(20_000);
    expect(deletion).toMatchObject({ workspaceId, epoch: 1 });
    expect((await see(db.pool, workspaceId)).deletions).toEqual(['deletion_planned 1 scheduled']);
  });
});
