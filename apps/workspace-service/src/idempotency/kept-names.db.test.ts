import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certifyDeletions } from '../certify-deletion/certify-deletion.loop.js';
import { deleteWorkspaceRpc } from '../delete-workspace/delete-workspace.rpc.js';
import { restoreWorkspaceRpc } from '../restore-workspace/restore-workspace.rpc.js';
import {
  byLoop,
  callerNamed,
  certificateKey,
  contextOf,
  evidence,
  reasonOf,
  report,
} from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, see, setPolicy } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org0', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addUser(db.pool, 'org0', 'zoe');
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());

const keptOf = async (id: string) =>
  (await db.pool.query(`select from kept_answer where workspace_id = $1`, [id])).rowCount;
const remove = (workspaceId: string, idempotencyKey: string, by: string) =>
  deleteWorkspaceRpc(db.pool)({ caller: callerNamed(by), workspaceId, etag: '', idempotencyKey });
const restore = (workspaceId: string, idempotencyKey: string, by: string) =>
  restoreWorkspaceRpc(db.pool)(
    { caller: callerNamed(by), workspaceId, idempotencyKey },
    contextOf('gateway'),
  );

it('answers hold names: they are gone with the certificate, and others’ stay', async () => {
  const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
  const { key } = await certificateKey();
  const other = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await remove(other, 'first', 'ann');
  const id = await addWorkspace(db.pool, 'org0', { zoe: 'ADMIN' });
  await remove(id, 'first', 'zoe');
  await restore(id, 'second', 'zoe');
  await setPolicy(db.pool, 'org0', { graceSeconds: 0 });
  await remove(id, 'third', 'zoe');
  const named = async () =>
    (await db.pool.query(`select from kept_answer where answer::text like '%secret plans%'`)).rowCount;
  const before = await named();
  expect(before).toBeGreaterThan(0);
  expect(await keptOf(id)).toBe(3);

  expect((await byLoop(db.pool, 'org0', id)).kind).toBe('granted');
  expect(await report(db.pool, 'blob-sweeper', id, evidence(), 3)).toEqual({});
  expect(await report(db.pool, 'realm-purge', id, evidence({ stores: [] }), 3)).toEqual({});
  await certifyDeletions({
    ...{ pool: db.pool, key: () => Promise.resolve(key), issuer: 'lethe', logger, metrics },
  });
  expect(await see(db.pool, id)).toMatchObject({ state: 'purged', certificates: 1 });
  expect([await keptOf(id), await keptOf(other)], 'to deletions they stay: they hold none').toEqual([2, 1]);
  expect(await reasonOf(remove(id, 'third', 'zoe'))).toMatchObject({ deletion: { workspaceId: id } });
  expect(await named()).toBe(before! - 1);
});
