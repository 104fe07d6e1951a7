import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { deletion, workspace, WORKSPACE_ID } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
  running.service.answer('deleteWorkspace', { deletion });
  running.service.answer('restoreWorkspace', { workspace, omittedUserIds: [] });
});

describe.each([
  ['DELETE', `/workspace/${WORKSPACE_ID}`, 'deleteWorkspace'],
  ['POST', `/workspace/${WORKSPACE_ID}/restore`, 'restoreWorkspace'],
])('Idempotency-Key of %s %s', (method, path, rpc) => {
  const send = (key?: string) =>
    running.send(method, path, { headers: key === undefined ? {} : { 'idempotency-key': key } });

  it.each([[undefined, ''], ['a'], ['"0b1e-quoted"'], ['!~{}|,;='], ['k'.repeat(255)]])(
    'passes on %s',
    async (key, told = key) => {
      expect((await send(key)).status).toBe(200);
      expect(running.service.calls.map(({ request }) => request['idempotencyKey'])).toEqual([told]);
    },
  );

  it.each(['', ' ', 'a b', 'k'.repeat(256), 'schlüssel', 'a\tb'])(
    'refuses %j, and nothing happens',
    async (key) => {
      const answer = await send(key);
      expect([answer.status, answer.json()]).toEqual([
        400,
        {
          success: false,
          message: 'headers.idempotency-key: must be 1 to 255 visible ASCII characters, without spaces',
          code: 'INVALID_ARGUMENT',
        },
      ]);
      expect(running.service.calls).toEqual([]);
    },
  );

  it('of another request is 422', async () => {
    running.service.refuse(rpc, status.INVALID_ARGUMENT, 'IDEMPOTENCY_KEY_REUSED');
    const answer = await send('a');
    expect([answer.status, answer.text]).toEqual([
      422,
      '{"success":false,"message":"refused: IDEMPOTENCY_KEY_REUSED","code":"IDEMPOTENCY_KEY_REUSED"}',
    ]);
  });
});
