import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { WorkspaceRole } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawClient, type Method, type RawClient } from './testing/raw-calls.js';
import { configOf, serviceOf } from './testing/running-service.js';
import { certificateKey } from './testing/stories.js';
import { addOrganization, addUser, addWorkspace, see } from './testing/world.sql.js';
import type { WorkspaceServiceHandle } from './workspace-service.js';

let db: TestDatabase;
let service: WorkspaceServiceHandle;
let client: RawClient;
let workspaceId: string;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann', { orgRole: 255 });
  workspaceId = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  service = serviceOf(
    configOf({
      databaseUrl: db.url,
      natsUrl: serverVariable('NATS_URL'),
      natsToken: process.env['NATS_TOKEN'],
      certificateKey: (await certificateKey()).json,
    }),
  );
  await service.start();
  client = rawClient(service.grpcAddress);
});
afterAll(async () => {
  client.close();
  await service.stop();
  await db.drop();
});

const UNKNOWN = { uuid: '00000000-0000-4000-8000-000000000000', user: 'nobody' };
const role = WorkspaceRole.READ;
type Field = 'workspaceId' | 'bucketId' | 'repositoryId' | 'userId';
const inWorkspace = () => ({ workspaceId, role });

/** The gateway passes an id that is too long on as its first 129 characters: nothing can have that many. */
describe('an id of 129 characters', () => {
  it.each<[Method, Field, (() => object)?]>([
    ['getWorkspace', 'workspaceId'],
    ['updateWorkspace', 'workspaceId', () => ({ name: 'x' })],
    ['deleteWorkspace', 'workspaceId'],
    ['restoreWorkspace', 'workspaceId'],
    ['getDeletion', 'workspaceId'],
    ['watchDeletion', 'workspaceId'],
    ['getDeletionCertificate', 'workspaceId'],
    ['getDeletionStatement', 'workspaceId'],
    ['previewDeletion', 'workspaceId'],
    ['placeHold', 'workspaceId', () => ({ origin: 'o', reason: 'r' })],
    ['releaseHold', 'workspaceId', () => ({ origin: 'o' })],
    ['listHolds', 'workspaceId'],
    ['listBuckets', 'workspaceId'],
    ['createBucket', 'workspaceId', () => ({ name: 'x' })],
    ['deleteBucket', 'bucketId'],
    ['listRepositories', 'workspaceId'],
    ['listRepositories', 'repositoryId'],
    ['createRepository', 'workspaceId', () => ({ name: 'x', bucketIds: [] })],
    ['deleteRepository', 'repositoryId'],
    ['addMember', 'workspaceId', () => ({ userId: 'ann', role })],
    ['addMember', 'userId', inWorkspace],
    ['updateMember', 'workspaceId', () => ({ userId: 'ann', role })],
    ['updateMember', 'userId', inWorkspace],
    ['removeMember', 'workspaceId', () => ({ userId: 'ann' })],
    ['removeMember', 'userId', inWorkspace],
    ['deleteUser', 'userId'],
    ['activateUser', 'userId'],
  ])('of %s is unknown as %s, behind the look at the caller', async (method, field, more = () => ({})) => {
    const before = await see(db.pool, workspaceId);
    const ask = (userId: string, id: string) =>
      client.call(method, 'gateway', {
        ...more(),
        caller: { userId, organizationId: '' },
        [field]: id,
      });
    const unknown = await ask('ann', field === 'userId' ? UNKNOWN.user : UNKNOWN.uuid);
    for (const id of ['x'.repeat(129), '😀'.repeat(129)]) expect(await ask('ann', id)).toEqual(unknown);
    if (method.startsWith('list') && method !== 'listHolds') expect(unknown.code).toBe(status.OK);
    else expect([unknown.code, unknown.reason]).toEqual([status.NOT_FOUND, expect.any(String)]);
    const { reason } = await ask('stranger', 'x'.repeat(129));
    expect(reason).toMatch(/^USER_NOT_(VALIDATED|FOUND)$/);
    expect(reason).not.toBe(unknown.reason);
    expect(await see(db.pool, workspaceId)).toEqual(before);
  });
});
