import { status } from '@grpc/grpc-js';
import { PurgeMode, type PreviewDeletionResponse } from '@lethe/contracts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BLOB_SWEEPER_TOKEN,
  REALM_PURGE_TOKEN,
  startGateway,
  type RunningGateway,
} from '../testing/running-gateway.js';
import { hold, preview, realms, stores, workspace, WORKSPACE_ID } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway({ grpcDeadlineMs: 300 });
});
afterAll(() => running.stop());
beforeEach(() => {
  for (const service of [running.service, running.realmPurge, running.blobSweeper]) service.reset();
  running.realmPurge.answer('describeRealms', { realms });
  running.blobSweeper.answer('probeStores', { stores });
});

const PATH = `/workspace/${WORKSPACE_ID}/deletion/preview`;
const told = (changed: Partial<PreviewDeletionResponse> = {}) => {
  running.service.answer('previewDeletion', { ...preview, ...changed });
};
const previewed = async () => (await running.send('GET', PATH)).json()['preview'];

describe('GET /workspace/{id}/deletion/preview', () => {
  it('says what DELETE would do, and what the purge would remove', async () => {
    told();
    const answer = await running.send('GET', PATH, { headers: { 'x-request-id': 'trace-7' } });
    expect([answer.status, answer.json()]).toEqual([
      200,
      {
        success: true,
        preview: {
          workspaceId: WORKSPACE_ID,
          etag: 'etag-1',
          previewTime: '2026-01-01T00:00:00.000Z',
          allowed: true,
          refusals: [],
          blockers: { buckets: { count: 0, items: [] }, repositories: { count: 0, items: [] } },
          holds: [],
          members: [
            {
              userId: 'user-1',
              role: 'ADMIN',
              user: { id: 'user-1', name: 'Ada', lastName: 'L', email: 'ada@example.org', orgRole: 2 },
            },
          ],
          blocks: 5_000,
          bytes: 640_000,
          rows: { vlobAtoms: 120, keyBundles: 3 },
          stores: [{ name: 'primary', mayRefuse: false, reasons: [] }],
          purgeTime: '2026-01-31T00:00:00.000Z',
          purgeMode: 'automatic',
          sweepTime: '2026-03-02T00:00:00.000Z',
        },
      },
    ]);
    const metadata = (token: string) => ({ authorization: `Bearer ${token}`, 'x-request-id': 'trace-7' });
    expect(running.realmPurge.calls).toMatchObject([
      { request: { realmIds: [WORKSPACE_ID] }, metadata: metadata(REALM_PURGE_TOKEN) },
    ]);
    expect(running.blobSweeper.calls).toMatchObject([{ metadata: metadata(BLOB_SWEEPER_TOKEN) }]);
  });

  it('names what is in the way', async () => {
    const createTime = workspace.createTime;
    told({
      refusals: ['WORKSPACE_HAS_RESOURCES', 'HELD'],
      buckets: [{ bucketId: 'bucket-1', workspaceId: WORKSPACE_ID, name: 'Archive', createTime }],
      bucketCount: 101,
      repositories: [
        { repositoryId: 'repo-1', workspaceId: WORKSPACE_ID, name: 'Backup', bucketIds: [], createTime },
      ],
      repositoryCount: 1,
      holds: [hold],
    });
    running.blobSweeper.answer('probeStores', {
      stores: [{ ...stores[0], objectLock: true, mayRefuse: ['OBJECT_LOCK'] }],
    });
    expect(await previewed()).toMatchObject({
      allowed: false,
      refusals: ['WORKSPACE_HAS_RESOURCES', 'HELD'],
      blockers: {
        buckets: { count: 101, items: [{ id: 'bucket-1', name: 'Archive' }] },
        repositories: { count: 1, items: [{ id: 'repo-1', name: 'Backup' }] },
      },
      holds: [
        {
          holdId: 'hold-1',
          workspaceId: WORKSPACE_ID,
          origin: 'Court of Lys',
          reason: 'Case 7',
          placedBy: 'user-1',
          byOperator: false,
          placeTime: '2026-01-02T00:00:00.000Z',
        },
      ],
      stores: [{ name: 'primary', mayRefuse: true, reasons: ['OBJECT_LOCK'] }],
    });
  });

  it('is of nothing where nothing was ever written, and has no purge time without a policy', async () => {
    told({ purgeTime: undefined, sweepTime: undefined, purgeMode: PurgeMode.UNSPECIFIED, members: [] });
    running.realmPurge.answer('describeRealms', { realms: [] });
    const shown = await previewed();
    expect(shown).toMatchObject({ blocks: 0, bytes: 0, rows: { vlobAtoms: 0, keyBundles: 0 }, members: [] });
    expect(shown).not.toHaveProperty('purgeTime');
    expect(shown).not.toHaveProperty('sweepTime');
    expect(shown).not.toHaveProperty('purgeMode');
  });

  it('a manual purge', async () => {
    told({ purgeMode: PurgeMode.MANUAL });
    expect(await previewed()).toMatchObject({ purgeMode: 'manual' });
  });

  it('nobody else is asked for a caller whom workspace-service has not let in', async () => {
    running.service.refuse('previewDeletion', status.NOT_FOUND, 'WORKSPACE_ALREADY_DELETED', {
      deletionId: 'deletion-1',
      restorable: 'true',
    });
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.json()]).toEqual([
      404,
      {
        success: false,
        message: 'Workspace not found',
        code: 'WORKSPACE_ALREADY_DELETED',
        deletion: { deletionId: 'deletion-1', restorable: true },
      },
    ]);
    expect([...running.realmPurge.calls, ...running.blobSweeper.calls]).toEqual([]);
  });

  it('tells nothing of a realm that belongs to another organization', async () => {
    told();
    running.realmPurge.answer('describeRealms', {
      realms: [{ ...realms[0], organizationId: 'organization-10' }],
    });
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.text]).toEqual([
      500,
      '{"success":false,"message":"Failed to preview deletion","code":"INTERNAL"}',
    ]);
  });
});

describe.each([
  ['realm-purge', 'describeRealms'],
  ['blob-sweeper', 'probeStores'],
] as const)('%s', (name, method) => {
  const service = () => (name === 'realm-purge' ? running.realmPurge : running.blobSweeper);

  it.each([
    ['away', status.UNAVAILABLE],
    ['overloaded', status.RESOURCE_EXHAUSTED],
  ])('%s: 503 in the envelope', async (_, code) => {
    told();
    service().refuse(method, code, 'UNAVAILABLE');
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.headers['retry-after'], answer.text]).toEqual([
      503,
      '2',
      '{"success":false,"message":"Service is temporarily unavailable, try again soon","code":"UNAVAILABLE"}',
    ]);
  });

  it('silent: 503', async () => {
    told();
    service().hang(method);
    expect((await running.send('GET', PATH)).status).toBe(503);
  });

  it.each([
    ['its refusal', status.INVALID_ARGUMENT, 'INVALID_ARGUMENT'],
    ['a reason that is workspace-service’s', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND'],
    ['the gateway’s own token refused', status.PERMISSION_DENIED, 'CALLER_NOT_ALLOWED'],
  ])('%s is not the user’s fault', async (_, code, reason) => {
    told();
    service().refuse(method, code, reason);
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.json()['message']]).toEqual([500, 'Failed to preview deletion']);
  });
});

describe('without realm-purge and blob-sweeper', () => {
  let alone: RunningGateway;
  afterEach(() => alone.stop());

  it('previews are 503, and everything else goes on', async () => {
    alone = await startGateway({ realmPurgeAddress: '127.0.0.1:1', blobSweeperAddress: '127.0.0.1:1' });
    alone.service.answer('previewDeletion', preview);
    alone.service.answer('getWorkspace', { workspace });
    expect((await alone.send('GET', PATH)).status).toBe(503);
    expect((await alone.send('GET', `/workspace/${WORKSPACE_ID}`)).status).toBe(200);
    expect((await alone.send('GET', '/readyz')).status).toBe(200);
  });
});
