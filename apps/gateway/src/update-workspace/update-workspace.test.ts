import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { workspace, WORKSPACE_ID } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const PATH = `/workspace/${WORKSPACE_ID}`;
const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  running.send(method, path, {
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

describe('PUT /workspace/{id}', () => {
  it('answers exactly id, name and orgId, and the new etag as a header', async () => {
    running.service.answer('updateWorkspace', { workspace: { ...workspace, name: 'Notes', etag: 'etag-2' } });
    const answer = await send('PUT', PATH, { name: 'Notes' });
    expect([answer.status, answer.text]).toEqual([
      200,
      `{"success":true,"workspace":{"id":"${WORKSPACE_ID}","name":"Notes","orgId":"organization-1"}}`,
    ]);
    expect(answer.headers.etag).toBe('"etag-2"');
  });

  it.each<[object, object]>([
    [{ name: 'Notes' }, { name: 'Notes', isDefault: undefined }],
    [{ default: true }, { name: undefined, isDefault: true }],
    [{ default: false }, { name: undefined, isDefault: false }],
    [
      { name: 'Notes', default: true, orgId: 'another' },
      { name: 'Notes', isDefault: true },
    ],
    [{}, { name: undefined, isDefault: undefined }],
  ])('%j changes what it names and nothing else', async (body, asked) => {
    running.service.answer('updateWorkspace', { workspace });
    expect((await send('PUT', PATH, body)).status).toBe(200);
    expect(running.service.calls[0]?.request).toMatchObject({ workspaceId: WORKSPACE_ID, ...asked });
  });

  it.each([
    ['"etag-1"', 'etag-1'],
    ['etag-1', 'etag-1'],
    ['*', ''],
  ])('If-Match: %s', async (header, etag) => {
    running.service.answer('updateWorkspace', { workspace });
    await send('PUT', PATH, { name: 'Notes' }, { 'if-match': header });
    expect(running.service.calls[0]?.request['etag']).toBe(etag);
  });

  it.each(['', '"a", "b"', 'W/"a"'])('If-Match: %s changes nothing', async (header) => {
    const answer = await send('PUT', PATH, { name: 'Notes' }, { 'if-match': header });
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(running.service.calls).toEqual([]);
  });

  it('an etag that is not the current one is 412', async () => {
    running.service.refuse('updateWorkspace', status.ABORTED, 'ETAG_MISMATCH');
    const answer = await send('PUT', PATH, { name: 'Notes' }, { 'if-match': '"old"' });
    expect([answer.status, answer.json()['code']]).toEqual([412, 'ETAG_MISMATCH']);
  });

  it.each([
    { name: '' },
    { name: null },
    { name: 'a\nb' },
    { name: 'x'.repeat(256) },
    { default: 'true' },
    { default: null },
  ])('%j is refused', async (body) => {
    const answer = await send('PUT', PATH, body);
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(running.service.calls).toEqual([]);
  });

  it('shows the default workspace wherever workspaces are shown whole', async () => {
    running.service.answer('listWorkspaces', { workspaces: [{ ...workspace, isDefault: true }, workspace] });
    const { workspaces } = (await send('GET', '/workspace')).json();
    expect(workspaces).toMatchObject([{ default: true }, { default: false }]);
  });
});
