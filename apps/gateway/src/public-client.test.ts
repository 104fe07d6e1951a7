import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PUBLIC_CALLS } from './testing/public-client-calls.js';
import { ClientError, createPublicClient, type PublicClient } from './testing/public-client.js';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';
import { workspace, WORKSPACE_ID } from './testing/samples.js';

let running: RunningGateway;
let client: PublicClient;
beforeAll(async () => {
  running = await startGateway();
  client = createPublicClient(`http://${running.gateway.address}`, await running.issuer.token());
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const ID = WORKSPACE_ID;

describe('the public client', () => {
  it.each(PUBLIC_CALLS)('%s', async (_name, call, rpc, asked, answer, expected) => {
    running.service.answer(rpc, answer);
    expect(await call(client)).toMatchObject(expected);
    expect(running.service.calls).toMatchObject([{ method: rpc, request: asked }]);
  });

  it.each(PUBLIC_CALLS)('%s: throws with the message of a refusal', async (_name, call, rpc) => {
    running.service.refuse(rpc, status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
    const error: unknown = await call(client).catch((thrown: unknown) => thrown);
    if (!(error instanceof ClientError)) throw new Error('it was no refusal');
    expect([error.status, error.data]).toMatchObject([404, { success: false, code: 'WORKSPACE_NOT_FOUND' }]);
    expect(error.data?.['message']).toMatch(/^Workspace not found/);
  });

  it.each(PUBLIC_CALLS)(
    '%s: throws with a body when there is no service, or no token',
    async (_name, call, rpc) => {
      running.service.refuse(rpc, status.UNAVAILABLE, 'AWAY');
      expect(await call(client).catch((error: unknown) => error)).toMatchObject({
        status: 503,
        data: { success: false, code: 'UNAVAILABLE' },
      });
      const stranger = createPublicClient(`http://${running.gateway.address}`, 'undefined');
      expect(await call(stranger).catch((error: unknown) => error)).toMatchObject({
        status: 401,
        data: { success: false, code: 'UNAUTHENTICATED' },
      });
    },
  );

  it.each([
    ['a b', 'a b'],
    ['50%', '50%'],
    ['100%25', '100%'],
    ['café', 'café'],
    ['a"b<c>', 'a"b<c>'],
    ['undefined', 'undefined'],
  ])('does not encode an id: %s', async (id, received) => {
    running.service.refuse('deleteWorkspace', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
    await expect(client.deleteWorkspace(id)).rejects.toMatchObject({ status: 404 });
    expect(running.service.calls).toMatchObject([{ request: { workspaceId: received } }]);
  });

  it.each([
    ['', 'listWorkspaces'],
    ['../workspace', 'listWorkspaces'],
  ])('with the id %j deletes nothing', async (id, asked) => {
    await expect(client.deleteWorkspace(id)).rejects.toMatchObject({ status: 405 });
    await expect(client.removeUserFromWorkspace(ID, '')).rejects.toMatchObject({ status: 405 });
    await expect(client.deleteOrganizationUser('')).rejects.toMatchObject({ status: 405 });
    expect(running.service.calls.filter(({ method }) => method !== asked)).toEqual([]);
  });

  it('finds one repository by taking the first of the answer', async () => {
    const { createTime } = workspace;
    const repository = { repositoryId: 'r', workspaceId: ID, name: 'Backup', bucketIds: ['b'], createTime };
    running.service.answer('listRepositories', { repositories: [repository] });
    expect(await client.getStorageRepos({ repoId: 'r' })).toMatchObject({ repos: [{ id: 'r' }] });
    expect(running.service.calls).toMatchObject([{ request: { repositoryId: 'r', workspaceId: '' } }]);
    running.service.answer('listRepositories', { repositories: [] });
    expect(await client.getStorageRepos({ repoId: 'r' })).toEqual({ success: true, repos: [] });
  });
});
