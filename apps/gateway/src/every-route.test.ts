import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { goodRequest, protectedRoutes } from './testing/routes.js';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway({ grpcDeadlineMs: 300 });
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

describe.each(protectedRoutes)('$method $template', (route) => {
  const send = () => running.send(route.method, route.path, goodRequest(route));
  const refuse = (code: status, reason: string) => {
    running.service.refuse(route.rpc, code, reason);
  };

  it('asks workspace-service once, on behalf of the caller', async () => {
    running.service.answer(route.rpc, route.response);
    const answer = await send();
    expect([answer.status, answer.headers['content-type']]).toEqual([route.status, route.contentType]);
    const success = answer.text.startsWith('{') ? answer.json()['success'] : undefined;
    expect(success).toBe(route.bare ? undefined : true);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(running.service.calls).toMatchObject([
      {
        method: route.rpc,
        request: { caller: { userId: 'user-1', organizationId: 'organization-1' }, ...route.asks },
        metadata: { 'x-request-id': answer.headers['x-request-id'] },
      },
    ]);
  });

  it.each<[string, status, string]>([
    ['forbidden', status.PERMISSION_DENIED, 'INSUFFICIENT_PERMISSIONS'],
    ['unvalidated', status.FAILED_PRECONDITION, 'USER_NOT_VALIDATED'],
    ['invalid', status.INVALID_ARGUMENT, 'INVALID_ARGUMENT'],
    ['unknown', status.NOT_FOUND, 'SOMETHING_NEW_NOT_FOUND'],
    ['conflicting', status.FAILED_PRECONDITION, 'SOMETHING_NEW'],
    ['broken', status.INTERNAL, 'INTERNAL'],
    ['overloaded', status.RESOURCE_EXHAUSTED, 'TOO_MANY'],
  ])('refuses: %s', async (what, code, reason) => {
    const [unvalidatedStatus, unvalidated] = route.unvalidated;
    const expected: Record<string, readonly [number, string, string]> = {
      forbidden: [403, route.forbidden, reason],
      unvalidated: [unvalidatedStatus, unvalidated, reason],
      invalid: [400, 'refused: INVALID_ARGUMENT', reason],
      unknown: [404, 'refused: SOMETHING_NEW_NOT_FOUND', reason],
      conflicting: [409, 'refused: SOMETHING_NEW', reason],
      broken: [500, route.failed, 'INTERNAL'],
      overloaded: [503, 'Service is temporarily unavailable, try again soon', 'UNAVAILABLE'],
    };
    refuse(code, reason);
    const answer = await send();
    const { success, message, code: told } = answer.json();
    expect(success).toBe(false);
    expect([answer.status, message, told]).toEqual(expected[what]);
  });

  it('an answer of workspace-service that makes no sense is its documented 500', async () => {
    running.service.answer(route.rpc, new Error('a bug'));
    const answer = await send();
    expect([answer.status, answer.json()]).toEqual([
      500,
      { success: false, message: route.failed, code: 'INTERNAL' },
    ]);
  });

  it('503 with Retry-After when workspace-service does not answer in time', async () => {
    running.service.hang(route.rpc);
    const answer = await send();
    expect([answer.status, answer.json()['code'], answer.headers['retry-after']]).toEqual([
      503,
      'UNAVAILABLE',
      '2',
    ]);
  });
});

/** Where the documents are silent: the refusal's own sentence. */
const OWN_WORDS = undefined;

describe('reasons of their own', () => {
  it.each<[string, string, string, status, string, number, string | undefined]>([
    [
      'GET',
      '/workspace/x',
      'getWorkspace',
      status.NOT_FOUND,
      'WORKSPACE_NOT_FOUND',
      404,
      'Workspace not found or access denied',
    ],
    [
      'GET',
      '/workspace/x',
      'getWorkspace',
      status.NOT_FOUND,
      'WORKSPACE_ALREADY_DELETED',
      404,
      'Workspace not found or access denied',
    ],
    [
      'POST',
      '/workspace/x/restore',
      'restoreWorkspace',
      status.ALREADY_EXISTS,
      'WORKSPACE_ACTIVE',
      409,
      OWN_WORDS,
    ],
    [
      'POST',
      '/workspace/x/restore',
      'restoreWorkspace',
      status.FAILED_PRECONDITION,
      'RESTORE_WINDOW_CLOSED',
      409,
      OWN_WORDS,
    ],
    [
      'POST',
      '/workspace/x/restore',
      'restoreWorkspace',
      status.FAILED_PRECONDITION,
      'PURGE_STARTED',
      409,
      OWN_WORDS,
    ],
    ['GET', '/workspace/x/deletion', 'getDeletion', status.NOT_FOUND, 'DELETION_NOT_FOUND', 404, OWN_WORDS],
    [
      'GET',
      '/workspace/x/deletion/certificate',
      'getDeletionCertificate',
      status.NOT_FOUND,
      'CERTIFICATE_NOT_FOUND',
      404,
      OWN_WORDS,
    ],
    ['GET', '/bucket', 'listBuckets', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND', 404, 'Workspace not found'],
    ['DELETE', '/bucket/x', 'deleteBucket', status.NOT_FOUND, 'BUCKET_NOT_FOUND', 404, 'Bucket not found'],
    ['DELETE', '/bucket/x', 'deleteBucket', status.FAILED_PRECONDITION, 'BUCKET_IN_USE', 403, OWN_WORDS],
    [
      'DELETE',
      '/repo/x',
      'deleteRepository',
      status.NOT_FOUND,
      'REPOSITORY_NOT_FOUND',
      404,
      'Repo not found',
    ],
  ])('%s %s: %s', async (method, path, rpc, code, reason, expected, message) => {
    running.service.refuse(rpc, code, reason);
    const answer = await running.send(method, path);
    const said = message ?? `refused: ${reason}`;
    const { success, message: told, code: named } = answer.json();
    expect([answer.status, success, told, named]).toEqual([expected, false, said, reason]);
  });
});

describe('workspace-service away', () => {
  it('every route is 503 in the envelope, /readyz says who is away, and the process lives', async () => {
    const away = await startGateway({ workspaceServiceAddress: '127.0.0.1:1' });
    try {
      for (const route of protectedRoutes) {
        const answer = await away.send(route.method, route.path, goodRequest(route));
        expect([answer.status, answer.headers['retry-after']], route.path).toEqual([503, '2']);
        expect(answer.json()['success']).toBe(false);
      }
      expect((await away.send('GET', '/.well-known/jwks.json')).status).toBe(503);
      const ready = await away.send('GET', '/readyz', { token: null });
      expect([ready.status, ready.text, ready.headers['retry-after']]).toEqual([
        503,
        '{"success":false,"message":"Away: workspace-service","code":"NOT_READY"}',
        '2',
      ]);
      expect((await away.send('GET', '/healthz', { token: null })).status).toBe(200);
    } finally {
      await away.stop();
    }
  });
});
