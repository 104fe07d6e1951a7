import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GRPC_TOKEN, startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { deletion, WORKSPACE_ID } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const PATH = `/workspace/${WORKSPACE_ID}`;
const deleted = () => {
  running.service.answer('deleteWorkspace', { deletion });
};

describe('what workspace-service is told', () => {
  it('who calls, which workspace, the request id, and the gateway’s own token', async () => {
    deleted();
    const answer = await running.send('DELETE', PATH, { headers: { 'x-request-id': 'trace-7' } });
    expect(answer.headers['x-request-id']).toBe('trace-7');
    expect(running.service.calls).toMatchObject([
      {
        method: 'deleteWorkspace',
        request: {
          caller: { userId: 'user-1', organizationId: 'organization-1' },
          workspaceId: WORKSPACE_ID,
          etag: '',
        },
        metadata: { 'x-request-id': 'trace-7', authorization: `Bearer ${GRPC_TOKEN}` },
      },
    ]);
  });

  it.each([
    ['"etag-1"', 'etag-1'],
    ['etag-1', 'etag-1'],
    ['*', ''],
  ])('If-Match: %s', async (header, etag) => {
    deleted();
    expect((await running.send('DELETE', PATH, { headers: { 'if-match': header } })).status).toBe(200);
    expect(running.service.calls[0]?.request['etag']).toBe(etag);
  });

  it.each(['', '"a", "b"', 'W/"a"', `"${'x'.repeat(200)}"`])(
    'If-Match: %s deletes nothing',
    async (header) => {
      deleted();
      const answer = await running.send('DELETE', PATH, { headers: { 'if-match': header } });
      expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
      expect(running.service.calls).toEqual([]);
    },
  );

  it('an etag that is not the current one is 412', async () => {
    running.service.refuse('deleteWorkspace', status.ABORTED, 'ETAG_MISMATCH');
    const answer = await running.send('DELETE', PATH, { headers: { 'if-match': '"old"' } });
    expect([answer.status, answer.json()['code']]).toEqual([412, 'ETAG_MISMATCH']);
  });
});
