import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditBehind, auditText, lastEventNo } from '../testing/audit.sql.js';
import { OPERATOR, OWNER, type Answer, type Change, type Written } from '../testing/change.js';
import { CHANGES } from '../testing/every-change.js';
import { REFUSED } from '../testing/every-refusal.js';
import { METHODS, methods, rawClient, type Method, type RawClient } from '../testing/raw-calls.js';
import { configOf, serviceOf } from '../testing/running-service.js';
import { certificateKey } from '../testing/stories.js';
import { addOrganization, addUser, revoke } from '../testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';

let db: TestDatabase;
let service: WorkspaceServiceHandle;
let client: RawClient;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'org10', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'by-hand', { mode: 'manual' });
  await addUser(db.pool, 'org1', OWNER, { orgRole: 255 });
  await addUser(db.pool, 'org1', 'colleague');
  await addUser(db.pool, 'org1', 'unvalidated', { orgRole: 255, validated: false });
  await addUser(db.pool, 'org1', 'gone', { orgRole: 255 });
  await revoke(db.pool, 'gone');
  await addUser(db.pool, 'org10', 'elsewhere', { orgRole: 255 });
  const { json } = await certificateKey();
  const servers = {
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: json,
  };
  service = serviceOf(configOf(servers));
  await service.start();
  client = rawClient(service.grpcAddress);
});
afterAll(async () => {
  client.close();
  await service.stop();
  await db.drop();
});

/** What a request is answered, and what it wrote into the audit. */
async function ask(method: Method, by: Change['by'], request: object, userId: string = OWNER) {
  const before = await lastEventNo(db.pool);
  const caller = { userId, organizationId: '' };
  const { code, reason, body } = await (by === 'user'
    ? client.call(method, 'gateway', { ...request, caller })
    : client.call(method, 'operator', request));
  const answer = (METHODS[method].responseDeserialize as (bytes: Buffer) => Answer)(body);
  return { code, reason, answer, written: await auditBehind(db.pool, before) };
}

/** The operator's name: as the request says it, or else as its token proved it. */
const nameOf = ({ by, method }: Change) => {
  if (by === 'user') return OWNER;
  return `operator ${method === 'restoreWorkspace' ? 'operator' : OPERATOR}`;
};
const rowsOf = (change: Change, organization: string, written: readonly Written[]) =>
  written.map(({ contextId, context, action, workspaceId = null, detail = null }) => ({
    ...{ context_id: contextId, context, action, workspace_id: workspaceId, detail },
    ...{ organization_id: organization, by: nameOf(change) },
  }));

describe('the audit', () => {
  it.each(Object.entries(CHANGES))('has one row for %s, and none when it is refused', async (_, change) => {
    const { method, by, repeatable = false, everywhere = false, organization = 'org1' } = change;
    const { request, writes } = await change.prepare(db.pool);
    for (const userId of [
      'colleague',
      'unvalidated',
      'gone',
      'stranger',
      everywhere ? 'gone' : 'elsewhere',
    ]) {
      if (by === 'operator') continue;
      const { code, written } = await ask(method, by, request, userId);
      expect([userId, code === status.OK, written]).toEqual([userId, false, []]);
    }

    const done = await ask(method, by, request);
    expect([done.code, done.reason]).toEqual([status.OK, undefined]);
    expect(done.written).toEqual(rowsOf(change, organization, writes(done.answer)));
    expect(done.written).toHaveLength(1);

    const again = await ask(method, by, request);
    if (!repeatable) expect(again.written).toEqual([]);
    else expect(again.written).toEqual(rowsOf(change, organization, writes(again.answer)));
  });

  it.each(Object.entries(REFUSED))('has no row when %s', async (_, { method, by, reason, prepare }) => {
    const refused = await ask(method, by, await prepare(db.pool));
    expect([refused.reason, refused.written]).toEqual([reason, []]);
  });

  it('has a row for each workspace that a default changes, and no second one for a repeated request', async () => {
    const { prepare } = CHANGES['a default workspace']!;
    const [former, next] = [await prepare(db.pool), await prepare(db.pool)];
    await ask('updateWorkspace', 'user', former.request);
    const { written } = await ask('updateWorkspace', 'user', next.request);
    expect(written.map((row) => [row.context_id, row.detail])).toEqual([
      [former.request['workspaceId'], { change: 'default', isDefault: false }],
      [next.request['workspaceId'], { change: 'default', isDefault: true }],
    ]);

    const { request } = await CHANGES['a deletion']!.prepare(db.pool);
    const keyed = { ...request, idempotencyKey: 'k1' };
    expect((await ask('deleteWorkspace', 'user', keyed)).written).toHaveLength(1);
    const repeated = await ask('deleteWorkspace', 'user', keyed);
    expect([repeated.code, repeated.written]).toEqual([status.OK, []]);
  });

  it('is tested for every method that changes anything', () => {
    const changing = new Set(Object.values(CHANGES).map((change) => change.method));
    const readsOnly = methods.filter((method) => /^(get|list|watch|preview)[A-Z]/.test(method));
    // What a participant reports is evidence, which the deletion keeps: no user's change.
    const participants = ['reportProgress', 'reportErasure'];
    expect([...changing, ...readsOnly, ...participants].sort()).toEqual([...methods].sort());
  });

  it('names nobody and nothing: ids only', async () => {
    const rows = await auditText(db.pool);
    expect(rows.length).toBeGreaterThan(Object.keys(CHANGES).length);
    const names = ['@', 'First', 'Last', 'secret', 'Zebra', 'Why it is held', 'a court'];
    expect(rows.filter((row) => names.some((name) => row.includes(name)))).toEqual([]);
  });

  it('is written by no read', async () => {
    const request = { pageSize: 10 };
    for (const method of ['listWorkspaces', 'listUsers', 'listAuditEvents', 'getDeletionPolicy'] as const) {
      const { code, written } = await ask(method, 'user', request);
      expect([method, code, written]).toEqual([method, status.OK, []]);
    }
  });
});
