import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, methods, rawClient, tokenOf, type Method, type RawClient } from './testing/raw-calls.js';
import { configOf, serviceOf } from './testing/running-service.js';
import { byLoop, certificateKey, softDelete } from './testing/stories.js';
import { addOrganization, addUser, addWorkspace } from './testing/world.sql.js';
import type { WorkspaceServiceHandle } from './workspace-service.js';

let db: TestDatabase;
let service: WorkspaceServiceHandle;
let client: RawClient;
let purging: string;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann', { orgRole: 255 });
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

const caller = { userId: 'ann', organizationId: '' };
const token = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url');

describe('malformed input', () => {
  it.each(methods)('%s: bytes that are no request are refused, and more than 4 MiB', async (method) => {
    const garbage = await client.call(method, tokenOf(method), Buffer.from([0x0a, 0x7f, 0x01]));
    expect([garbage.code, garbage.reason]).toEqual([status.INVALID_ARGUMENT, 'INVALID_ARGUMENT']);
    expect((await client.call(method, 'wrong', Buffer.from([0x0a, 0x7f]))).code).toBe(status.UNAUTHENTICATED);
    const huge = await client.call(method, tokenOf(method), Buffer.alloc((4 << 20) + 1));
    expect(huge.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  const nul = 'a\0b';
  const grant = () => ({ workspaceId: purging, epoch: 1 });
  const progress = {
    blocksTotal: 1,
    bytesTotal: 1,
    blocksSwept: 0,
    blocksRetained: 0,
    blocksBlocked: 0,
    blocksPerSecond: 1,
  };
  const condition = { type: 'Slow', source: '', message: 'm', since: undefined, until: undefined };
  const never = new Date(8.64e15);
  it.each<[string, Method, () => object]>([
    ['no caller', 'createWorkspace', () => ({ name: 'x' })],
    ['NUL in the user', 'listWorkspaces', () => ({ caller: { userId: nul, organizationId: '' } })],
    [
      'NUL in the user’s organization',
      'getWorkspace',
      () => ({ caller: { userId: 'ann', organizationId: nul } }),
    ],
    [
      'a user too long',
      'deleteWorkspace',
      () => ({ caller: { userId: 'a'.repeat(129), organizationId: '' } }),
    ],
    ['no name', 'createWorkspace', () => ({ caller, name: ' ' })],
    ['NUL in a name', 'createBucket', () => ({ caller, workspaceId: purging, name: nul })],
    [
      'a name too long',
      'createRepository',
      () => ({ caller, workspaceId: purging, name: 'x'.repeat(256), bucketIds: [] }),
    ],
    ['a name of two lines', 'updateWorkspace', () => ({ caller, workspaceId: purging, name: 'a\nb' })],
    ['no role', 'addMember', () => ({ caller, workspaceId: purging, userId: 'ann' })],
    ['no role', 'updateMember', () => ({ caller, workspaceId: purging, userId: 'ann' })],
    ['an unknown role', 'addMember', () => ({ caller, workspaceId: purging, userId: 'ann', role: 7 })],
    [
      'no bucket id',
      'createRepository',
      () => ({ caller, workspaceId: purging, name: 'x', bucketIds: [nul] }),
    ],
    ['no origin', 'placeHold', () => ({ caller, workspaceId: purging, origin: '', reason: 'r' })],
    ['NUL in a reason', 'placeHold', () => ({ caller, workspaceId: purging, origin: 'o', reason: nul })],
    ['NUL in an origin', 'releaseHold', () => ({ caller, workspaceId: purging, origin: nul })],
    ['nobody', 'releaseHold', () => ({ holdId: purging, releasedBy: 'o' })],
    ['no hold', 'releaseHold', () => ({ caller, workspaceId: purging })],
    ['NUL in an organization', 'listDeletable', () => ({ organizationId: nul })],
    ['a page too large', 'listDeletable', () => ({ pageSize: 1001 })],
    ['a page below zero', 'listOpenGrants', () => ({ pageSize: -2147483648 })],
    ['a token of nothing', 'listDeletable', () => ({ pageToken: 'x' })],
    ['a token of too few', 'listDeletable', () => ({ pageToken: token('org1') })],
    ['a token with NUL', 'listDeletable', () => ({ pageToken: token(nul, purging) })],
    ['a token of no uuid', 'listDeletable', () => ({ pageToken: token('org1', 'x') })],
    ['a token of numbers', 'listOpenGrants', () => ({ pageToken: token(1, 2) })],
    ['a token of no time', 'listOpenGrants', () => ({ pageToken: token('yesterday', purging) })],
    [
      'a token of no day',
      'listOpenGrants',
      () => ({ pageToken: token('2026-02-31T00:00:00.000Z', purging) }),
    ],
    [
      'a token of the year 0',
      'listOpenGrants',
      () => ({ pageToken: token('0000-01-01T00:00:00.000Z', purging) }),
    ],
    ['a token of no id', 'listOpenGrants', () => ({ pageToken: token('2026-01-01T00:00:00.000Z', 'x') })],
    ['a page of workspaces too large', 'listWorkspaces', () => ({ caller, pageSize: 1001 })],
    ['a page of buckets below zero', 'listBuckets', () => ({ caller, pageSize: -1 })],
    ['a token of no workspace', 'listWorkspaces', () => ({ caller, pageToken: token('x') })],
    ['a token of one id of two', 'listBuckets', () => ({ caller, pageToken: token(purging) })],
    ['a token of no repository', 'listRepositories', () => ({ caller, pageToken: token(purging, nul) })],
    [
      'a token of no time of a hold',
      'listHolds',
      () => ({ caller, workspaceId: purging, pageToken: token('now', purging) }),
    ],
    ['a token of another list', 'listDeletions', () => ({ pageToken: token('org1', purging) })],
    ['an unknown state', 'listDeletions', () => ({ state: 9 })],
    ['NUL in an organization of deletions', 'listDeletions', () => ({ organizationId: nul })],
    ['no policy', 'setDeletionPolicy', () => ({ caller })],
    ['nobody who previews', 'previewDeletion', () => ({ workspaceId: purging })],
    ['nobody who watches', 'watchDeletion', () => ({ workspaceId: purging })],
    ['no organization', 'startPurge', () => ({ kind: 1, workspaceId: purging, orderedBy: 'o' })],
    ['no operator', 'startPurge', () => ({ kind: 1, organizationId: 'org1', workspaceId: purging })],
    [
      'an unknown kind',
      'startPurge',
      () => ({ kind: 7, organizationId: 'org1', workspaceId: purging, orderedBy: 'o' }),
    ],
    ['no operator who pauses', 'pausePurge', () => ({ workspaceId: purging, reason: 'r' })],
    ['no reason', 'pausePurge', () => ({ workspaceId: purging, orderedBy: 'o', reason: ' ' })],
    ['NUL in a reason', 'pausePurge', () => ({ workspaceId: purging, orderedBy: 'o', reason: nul })],
    [
      'a reason too long',
      'pausePurge',
      () => ({ workspaceId: purging, orderedBy: 'o', reason: 'x'.repeat(501) }),
    ],
    ['no operator who resumes', 'resumePurge', () => ({ workspaceId: purging })],
    ['NUL in an operator', 'retryPurge', () => ({ workspaceId: purging, orderedBy: nul })],
    ['no operator who releases', 'releaseKeptBlocks', () => ({ workspaceId: purging })],
    [
      'a digest of nothing',
      'releaseKeptBlocks',
      () => ({ workspaceId: purging, orderedBy: 'o', manifestDigest: 'x' }),
    ],
    [
      'no time of the backup',
      'replayDeletions',
      () => ({ orderedBy: 'o', replayId: '72088440-3387-4dfb-9bb4-9da961d3f65a' }),
    ],
    ['no id of a replay', 'replayDeletions', () => ({ orderedBy: 'o', since: new Date() })],
    ['epoch 0', 'getGrant', () => ({ workspaceId: purging, epoch: 0 })],
    ['no progress', 'reportProgress', grant],
    [
      'a negative count',
      'reportProgress',
      () => ({ ...grant(), progress: { ...progress, blocksSwept: -1 } }),
    ],
    [
      'an endless rate',
      'reportProgress',
      () => ({ ...grant(), progress: { ...progress, blocksPerSecond: Infinity } }),
    ],
    [
      'NUL in a condition',
      'reportProgress',
      () => ({ ...grant(), progress, conditions: [{ ...condition, message: nul }] }),
    ],
    ['no evidence', 'reportErasure', grant],
  ])('%s is INVALID_ARGUMENT (%s)', async (_, method, request) => {
    const { code, reason, details } = await client.call(method, tokenOf(method), request());
    expect([code, reason]).toEqual([status.INVALID_ARGUMENT, 'INVALID_ARGUMENT']);
    expect(details).not.toBe('');
  });

  it('takes numbers and times that no number or date can hold for INVALID_ARGUMENT', async () => {
    // epoch: field 2 of GetGrantRequest as the varint 2^63 - 1
    const beyond = Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
    for (const method of ['getGrant', 'reportErasure', 'reportProgress'] as const)
      expect((await client.call(method, 'realm-purge', beyond)).code).toBe(status.INVALID_ARGUMENT);
    const bytes = bytesOf('reportProgress', {
      ...grant(),
      progress: { ...progress, estimatedEndTime: never },
    });
    // The last second that a Date can say, raised by 128 seconds and more.
    const late = Buffer.from(bytes);
    const at = late.lastIndexOf(Buffer.from([0x08]));
    late[at + 1] = 0xff;
    late[at + 2] = 0xff;
    expect((await client.call('reportProgress', 'realm-purge', late)).code).toBe(status.INVALID_ARGUMENT);
  });

  it.each(methods)(
    '%s: ids that are none are as unknown as others, and the service lives',
    async (method) => {
      for (const id of ['', 'x', nul, '../..', 'é'.repeat(5_000)]) {
        const request = {
          caller,
          workspaceId: id,
          bucketId: id,
          repositoryId: id,
          holdId: id,
          etag: id,
          epoch: 1,
          name: 'x',
        };
        const { code } = await client.call(method, tokenOf(method), request);
        expect(code).not.toBe(status.INTERNAL);
        expect(code).not.toBe(status.UNKNOWN);
      }
      expect((await client.call('listParticipants', 'operator')).code).toBe(status.OK);
    },
  );
});
