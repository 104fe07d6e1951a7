import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALLOWED, methods, rawClient, type Method, type RawClient } from './testing/raw-calls.js';
import { CALLERS, configOf, serviceOf } from './testing/running-service.js';
import { byLoop, certificateKey, softDelete } from './testing/stories.js';
import { addBucket, addOrganization, addUser, addWorkspace } from './testing/world.sql.js';
import type { WorkspaceServiceHandle } from './workspace-service.js';

let db: TestDatabase;
let service: WorkspaceServiceHandle;
let client: RawClient;
let purging: string;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'org10', {});
  await addUser(db.pool, 'org1', 'ann', { orgRole: 255 });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 255 });
  purging = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, purging);
  await byLoop(db.pool, 'org1', purging);
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

describe('who may call what', () => {
  it.each(methods)('%s: exactly those the table names', async (method) => {
    for (const name of CALLERS) {
      const { reason } = await client.call(method, name);
      if (ALLOWED[name].includes(method)) expect(reason, name).not.toBe('CALLER_NOT_ALLOWED');
      else expect(reason, name).toBe('CALLER_NOT_ALLOWED');
    }
    for (const wrong of [undefined, '', 'wrong', 'Gateway'])
      expect((await client.call(method, wrong)).reason, wrong).toBe('UNAUTHENTICATED');
  });
});

describe('another organization', () => {
  const byId: Method[] = [
    ...([
      'getWorkspace',
      'deleteWorkspace',
      'restoreWorkspace',
      'getDeletion',
      'getDeletionCertificate',
      'getDeletionStatement',
    ] as const),
    ...(['listBuckets', 'createBucket', 'deleteBucket', 'listRepositories', 'createRepository'] as const),
    'deleteRepository',
    ...(['updateWorkspace', 'addMember', 'updateMember', 'removeMember'] as const),
    ...(['placeHold', 'releaseHold', 'listHolds', 'previewDeletion', 'watchDeletion'] as const),
  ];
  it.each(byId)('%s: its workspaces are byte for byte as unknown as unknown ones', async (method) => {
    const active = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const deleted = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
    const bucket = await addBucket(db.pool, active);
    await softDelete(db.pool, deleted);
    const answer = (id: string, userId: string) =>
      client.call(method, 'gateway', {
        caller: { userId, organizationId: '' },
        workspaceId: id,
        bucketId: method === 'deleteBucket' && id === active ? bucket : id,
        repositoryId: id,
        showDeleted: true,
        name: 'x',
        userId: 'ann',
        role: WorkspaceRole.READ,
        isDefault: true,
        origin: 'court',
        reason: 'because',
      });
    const unknown = await answer(randomUUID(), 'eve');
    expect(unknown.reason).not.toBe('INVALID_ARGUMENT');
    for (const id of [active, deleted, purging]) expect(await answer(id, 'eve')).toEqual(unknown);
    expect(await answer('no id', 'eve')).toEqual(unknown);
  });
});
