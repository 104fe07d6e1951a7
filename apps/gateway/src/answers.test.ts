import { status } from '@grpc/grpc-js';
import { DeletionState, WorkspaceState } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';
import { deletion, workspace, WORKSPACE_ID } from './testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const member = {
  userId: 'user-1',
  role: 'ADMIN',
  user: { id: 'user-1', name: 'Ada', lastName: 'L', email: 'ada@example.org', orgRole: 2 },
};
const brief = { id: WORKSPACE_ID, name: 'Letters', orgId: 'organization-1' };
const full = { ...brief, users: [member], state: 'active', etag: 'etag-1', default: false };
const binned = {
  deleteTime: '2026-01-01T00:00:00.000Z',
  deletedAt: '2026-01-01T00:00:00.000Z',
  purgeTime: '2026-01-31T00:00:00.000Z',
};
const JSON_TYPE = { 'content-type': 'application/json' };

describe('workspaces', () => {
  it('created: 201 with id, name and orgId', async () => {
    running.service.answer('createWorkspace', { workspace });
    const answer = await running.send('POST', '/workspace', {
      headers: JSON_TYPE,
      body: '{"name":"Letters"}',
    });
    expect([answer.status, answer.json()]).toEqual([201, { success: true, workspace: brief }]);
  });

  it('listed with their members', async () => {
    running.service.answer('listWorkspaces', { workspaces: [workspace] });
    expect((await running.send('GET', '/workspace')).json()).toEqual({ success: true, workspaces: [full] });
  });

  it('got with an etag for If-Match', async () => {
    running.service.answer('getWorkspace', { workspace });
    const answer = await running.send('GET', `/workspace/${WORKSPACE_ID}`);
    expect(answer.json()).toEqual({ success: true, workspace: full });
    expect(answer.headers.etag).toBe('"etag-1"');
  });

  it('got deleted, when asked for', async () => {
    const times = { deleteTime: deletion.deleteTime, purgeTime: deletion.purgeTime };
    running.service.answer('getWorkspace', {
      workspace: { ...workspace, state: WorkspaceState.DELETED, ...times },
    });
    const answer = await running.send('GET', `/workspace/${WORKSPACE_ID}?deleted=true`);
    expect(running.service.calls[0]?.request['showDeleted']).toBe(true);
    expect(answer.json()['workspace']).toEqual({
      ...full,
      state: 'deleted',
      ...binned,
    });
  });

  it('listed in the bin, when asked for', async () => {
    const times = { deleteTime: deletion.deleteTime, purgeTime: deletion.purgeTime };
    running.service.answer('listWorkspaces', {
      workspaces: [{ ...workspace, state: WorkspaceState.DELETED, ...times }],
      nextPageToken: 'next',
    });
    const answer = await running.send('GET', '/workspace?deleted=true&pageSize=1');
    expect(running.service.calls[0]?.request).toMatchObject({ onlyDeleted: true, pageSize: 1 });
    const workspaces = [{ ...full, state: 'deleted', ...binned }];
    expect(answer.json()).toEqual({ success: true, workspaces, nextPageToken: 'next' });
  });

  it.each(['/workspace', '/workspace?deleted=false', '/workspace?deleted=TRUE', '/workspace?deleted='])(
    '%s is not the bin',
    async (path) => {
      running.service.answer('listWorkspaces', { workspaces: [] });
      expect((await running.send('GET', path)).json()).toEqual({ success: true, workspaces: [] });
      expect(running.service.calls[0]?.request['onlyDeleted']).toBe(false);
    },
  );

  it('restored, saying who stays out', async () => {
    running.service.answer('restoreWorkspace', { workspace, omittedUserIds: ['user-9'] });
    const answer = await running.send('POST', `/workspace/${WORKSPACE_ID}/restore`);
    expect(answer.json()).toEqual({ success: true, workspace: full, omittedUserIds: ['user-9'] });
  });

  it('a member whose user is gone keeps the shape clients read', async () => {
    const members = [{ ...workspace.members[0], user: undefined }];
    running.service.answer('getWorkspace', { workspace: { ...workspace, members } });
    const { workspace: shown } = (await running.send('GET', '/workspace/x')).json();
    const user = { id: 'user-1', name: '', lastName: '', email: '', orgRole: 0 };
    expect(shown).toMatchObject({ users: [{ userId: 'user-1', role: 'ADMIN', user }] });
  });

  it.each([{}, { workspace: { ...workspace, state: WorkspaceState.UNSPECIFIED } }])(
    'an answer the contract does not know is the documented 500',
    async (response) => {
      running.service.answer('getWorkspace', response);
      const answer = await running.send('GET', '/workspace/x');
      expect([answer.status, answer.json()['message']]).toEqual([500, 'Failed to fetch workspace']);
    },
  );
});

describe('deletions', () => {
  it('the resource: words for states, ISO for times, nothing for what is not there', async () => {
    running.service.answer('getDeletion', { deletion });
    const answer = await running.send('GET', `/workspace/${WORKSPACE_ID}/deletion`);
    expect(answer.json()).toEqual({
      success: true,
      deletion: {
        deletionId: 'deletion-1',
        workspaceId: WORKSPACE_ID,
        epoch: 2,
        kind: 'deletion_planned',
        state: 'purging',
        requestedBy: 'user-1',
        deleteTime: '2026-01-01T00:00:00.000Z',
        purgeTime: '2026-01-31T00:00:00.000Z',
        sweepTime: '2026-03-02T00:00:01.000Z',
        grantTime: '2026-01-31T00:00:01.000Z',
        progress: { ...deletion.progress, estimatedEndTime: '2026-01-31T00:00:17.000Z' },
        conditions: [
          {
            type: 'blocked',
            source: 'blob-sweeper',
            message: '2 blocks are locked',
            since: '2026-01-31T00:00:02.000Z',
          },
        ],
        participants: [
          { participant: 'realm-purge', reportTime: '2026-01-31T00:00:09.000Z' },
          { participant: 'blob-sweeper' },
        ],
      },
    });
  });

  it.each([
    [DeletionState.SCHEDULED, 'scheduled'],
    [DeletionState.RESTORED, 'restored'],
    [DeletionState.PURGED, 'purged'],
    [DeletionState.SUPERSEDED, 'superseded'],
  ])('state %i is %s', async (state, word) => {
    running.service.answer('getDeletion', { deletion: { ...deletion, state, progress: undefined } });
    const { deletion: shown } = (await running.send('GET', '/workspace/x/deletion')).json();
    expect(shown).toMatchObject({ state: word });
    expect(shown).not.toHaveProperty('progress');
  });

  it('the certificate', async () => {
    running.service.answer('getDeletionCertificate', { certificateId: 'certificate-1', jws: 'a.b.c' });
    const answer = await running.send('GET', '/workspace/x/deletion/certificate');
    expect(answer.json()).toEqual({ success: true, certificateId: 'certificate-1', jws: 'a.b.c' });
  });
});

describe('buckets and repositories', () => {
  const createTime = workspace.createTime;
  const createdAt = '2026-01-01T00:00:00.000Z';

  it.each(['/bucket', '/bucket?workspaceId=undefined&walletAddress=undefined', '/bucket?workspaceId='])(
    '%s asks for every workspace',
    async (path) => {
      const bucket = { bucketId: 'b', workspaceId: 'w', name: 'Archive', createTime };
      running.service.answer('listBuckets', { buckets: [bucket] });
      const answer = await running.send('GET', path);
      expect(answer.json()).toEqual({
        success: true,
        buckets: [{ id: 'b', name: 'Archive', workspaceId: 'w', createdAt }],
      });
      expect(running.service.calls[0]?.request['workspaceId']).toBe('');
    },
  );

  it('repositories with their buckets', async () => {
    const repository = { repositoryId: 'r', workspaceId: 'w', name: 'Backup', bucketIds: ['b'], createTime };
    running.service.answer('listRepositories', { repositories: [repository] });
    const answer = await running.send('GET', '/repo?workspaceId=undefined');
    expect(answer.json()).toEqual({
      success: true,
      repos: [{ id: 'r', name: 'Backup', workspaceId: 'w', buckets: [{ bucketId: 'b' }], createdAt }],
    });
  });

  it.each(['/bucket/b', '/repo/r'])('deleting %s answers exactly {"success":true}', async (path) => {
    running.service.answer('deleteBucket', {});
    running.service.answer('deleteRepository', {});
    expect((await running.send('DELETE', path)).text).toBe('{"success":true}');
  });

  it('both forms of naming buckets, each once', async () => {
    running.service.refuse('createRepository', status.NOT_FOUND, 'BUCKET_NOT_FOUND');
    const body = { name: 'R', workspaceId: 'w', repoBuckets: [{ bucketId: 'a' }], bucketIds: ['a', 'b'] };
    const sent = { headers: JSON_TYPE, body: JSON.stringify(body) };
    expect((await running.send('POST', '/repo', sent)).status).toBe(404);
    expect(running.service.calls[0]?.request['bucketIds']).toEqual(['a', 'b']);
  });
});
