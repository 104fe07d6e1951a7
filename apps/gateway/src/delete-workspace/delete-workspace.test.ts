import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
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

describe('the documented answers of DELETE /workspace/{id}', () => {
  it.each([
    [status.FAILED_PRECONDITION, 'USER_NOT_VALIDATED', 400, 'User not found or account is not validated'],
    [
      status.PERMISSION_DENIED,
      'INSUFFICIENT_PERMISSIONS',
      403,
      'Insufficient permissions to delete workspace',
    ],
    [status.NOT_FOUND, 'WORKSPACE_NOT_FOUND', 404, 'Workspace not found'],
    [status.INTERNAL, 'INTERNAL', 500, 'Failed to delete workspace'],
  ])('%s %s is %i %s', async (code, reason, expected, message) => {
    running.service.refuse('deleteWorkspace', code, reason);
    const answer = await running.send('DELETE', PATH);
    expect(answer.status).toBe(expected);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.text).toBe(`{"success":false,"message":"${message}","code":"${reason}"}`);
  });

  it('200 is exactly {"success":true}', async () => {
    deleted();
    const answer = await running.send('DELETE', PATH);
    expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('400 for resources says how many are in the way', async () => {
    running.service.refuse('deleteWorkspace', status.FAILED_PRECONDITION, 'WORKSPACE_HAS_RESOURCES', {
      buckets: '2',
      repositories: '1',
    });
    const answer = await running.send('DELETE', PATH);
    expect(answer.status).toBe(400);
    expect(answer.text).toBe(
      '{"success":false,"message":"Cannot delete workspace with existing buckets or repos",' +
        '"code":"WORKSPACE_HAS_RESOURCES","blockers":{"buckets":2,"repositories":1}}',
    );
  });

  it('409 for holds says how many are in force', async () => {
    running.service.refuse('deleteWorkspace', status.FAILED_PRECONDITION, 'HELD', { holds: '2' });
    const answer = await running.send('DELETE', PATH);
    expect([answer.status, answer.text]).toEqual([
      409,
      '{"success":false,"message":"refused: HELD","code":"HELD","blockers":{"holds":2}}',
    ]);
  });

  it('409 for the default workspace', async () => {
    running.service.refuse('deleteWorkspace', status.FAILED_PRECONDITION, 'DEFAULT_WORKSPACE');
    const answer = await running.send('DELETE', PATH);
    expect([answer.status, answer.json()['code']]).toEqual([409, 'DEFAULT_WORKSPACE']);
  });

  it('404 for a repeated deletion carries the deletion', async () => {
    const times = { deleteTime: '2026-01-01T00:00:00.000Z', purgeTime: '2026-01-31T00:00:00.000Z' };
    running.service.refuse('deleteWorkspace', status.NOT_FOUND, 'WORKSPACE_ALREADY_DELETED', {
      deletionId: 'deletion-1',
      restorable: 'true',
      ...times,
    });
    const answer = await running.send('DELETE', PATH);
    expect([answer.status, answer.json()]).toEqual([
      404,
      {
        success: false,
        message: 'Workspace not found',
        code: 'WORKSPACE_ALREADY_DELETED',
        deletion: { deletionId: 'deletion-1', ...times, restorable: true },
      },
    ]);
  });

  it('a deletion that is never due has no purge time', async () => {
    running.service.refuse('deleteWorkspace', status.NOT_FOUND, 'WORKSPACE_ALREADY_DELETED', {
      deletionId: 'deletion-1',
      purgeTime: '',
      restorable: 'false',
    });
    const { deletion: told } = (await running.send('DELETE', PATH)).json();
    expect(told).toEqual({ deletionId: 'deletion-1', restorable: false });
  });

  it('an error that is no refusal is the documented 500', async () => {
    running.service.answer('deleteWorkspace', new Error('a bug'));
    const answer = await running.send('DELETE', PATH);
    expect([answer.status, answer.text]).toEqual([
      500,
      '{"success":false,"message":"Failed to delete workspace","code":"INTERNAL"}',
    ]);
  });

  it.each([status.UNAUTHENTICATED, status.PERMISSION_DENIED])(
    'the gateway’s own token being refused (%i) is not the user’s fault',
    async (code) => {
      running.service.refuse('deleteWorkspace', code, 'CALLER_NOT_ALLOWED');
      expect((await running.send('DELETE', PATH)).status).toBe(500);
    },
  );
});

describe('what clients really send', () => {
  it.each<[string, Record<string, string>, string | undefined]>([
    ['no body, no type', {}, undefined],
    ['a JSON type without a body', { 'content-type': 'application/json' }, undefined],
    [
      'a form type without a body',
      { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '0' },
      '',
    ],
    ['an empty chunked body', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, ''],
    ['a JSON body', { 'content-type': 'application/json' }, '{"reason":"spring cleaning"}'],
    ['the JSON null', { 'content-type': 'application/json; charset=utf-8' }, 'null'],
    ['accept of the samples', { accept: 'application/json' }, undefined],
  ])('%s', async (_what, headers, body) => {
    deleted();
    const answer = await running.send('DELETE', PATH, body === undefined ? { headers } : { headers, body });
    expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
  });

  it.each([
    `${PATH}/`,
    `/${PATH}`,
    `//workspace//${WORKSPACE_ID}//`,
    `${PATH}?`,
    `${PATH}?walletAddress=undefined`,
    `${PATH}?walletAddress=undefined&workspaceId=undefined`,
  ])('%s is the same workspace', async (path) => {
    deleted();
    expect((await running.send('DELETE', path)).status).toBe(200);
    expect(running.service.calls[0]?.request['workspaceId']).toBe(WORKSPACE_ID);
  });

  it.each([
    '?b',
    '?b=c',
    '?deleted=true',
    '?=',
    '?&',
    '??',
    '/?x',
    '?#',
    '?__proto__=x',
    '?%zz',
    '?a=undefined&b',
    '?x?a=undefined',
  ])('a query may be the rest of an id that was not encoded, and deletes nothing: %s', async (query) => {
    deleted();
    const answer = await running.send('DELETE', PATH + query);
    expect([answer.status, answer.json()]).toEqual([
      400,
      {
        success: false,
        message: 'DELETE /workspace/{id} takes no query; a "?" in an id must be sent as %3F',
        code: 'INVALID_ARGUMENT',
      },
    ]);
    expect(running.service.calls).toEqual([]);
  });

  it.each([
    ['%', '%'],
    ['%zz', '%zz'],
    ['a%2Fb', 'a/b'],
    ['%00', '\0'],
    ['..%2f..%2fadmin', '../../admin'],
    ['caf%C3%A9', 'café'],
    ['%C3', '%C3'],
    ['id;drop', 'id;drop'],
    ['x'.repeat(256), 'x'.repeat(256)],
  ])('an id is opaque: %s', async (sent, received) => {
    running.service.refuse('deleteWorkspace', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
    const answer = await running.send('DELETE', `/workspace/${sent}`);
    expect(answer.status).toBe(404);
    expect(running.service.calls[0]?.request['workspaceId']).toBe(received);
  });

  it('an oversized id is byte for byte an unknown one', async () => {
    running.service.refuse('deleteWorkspace', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
    const unknown = await running.send('DELETE', PATH);
    for (const length of [257, 5_000]) {
      const answer = await running.send('DELETE', `/workspace/${'x'.repeat(length)}`);
      expect([answer.status, answer.text]).toEqual([404, unknown.text]);
      expect(running.service.calls.at(-1)?.request['workspaceId']).toBe('x'.repeat(129));
    }
  });
});
