import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { protectedRoutes } from './testing/routes.js';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
afterEach(async () => {
  expect(running.service.calls).toEqual([]);
  expect((await running.send('GET', '/healthz')).status).toBe(200);
});

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (path: string, body: string, headers: Record<string, string> = JSON_TYPE) =>
  running.send('POST', path, { headers, body });

describe('bodies', () => {
  it.each(['/workspace', '/bucket', '/repo'])('%s: what is missing or wrong is named', async (path) => {
    const bodies = [
      '',
      '{}',
      'null',
      '[]',
      '"x"',
      '1',
      '{"name":1,"workspaceId":{}}',
      '{"name":"","workspaceId":""}',
    ];
    for (const body of bodies) {
      const answer = await post(path, body);
      expect([answer.status, answer.json()['code']], body).toEqual([400, 'INVALID_ARGUMENT']);
      expect(answer.json()['message'], body).toMatch(/^body/);
    }
  });

  it.each(['x'.repeat(256), 'a\nb', 'a\u0000b', '\u007f'])(
    'a name like %j is refused, unrepeated',
    async (name) => {
      for (const path of ['/workspace', '/bucket', '/repo']) {
        const answer = await post(path, JSON.stringify({ name, workspaceId: 'w' }));
        expect([answer.status, answer.json()['code']], path).toEqual([400, 'INVALID_ARGUMENT']);
        expect(answer.json()['message']).toMatch(/^body\.name: /);
        expect(answer.text).not.toContain(name);
      }
    },
  );

  it('too many or wrong buckets', async () => {
    const bucketIds = Array.from({ length: 101 }, (_, n) => `bucket-${n}`);
    for (const wrong of [
      { bucketIds },
      { bucketIds: [1] },
      { bucketIds: ['x'.repeat(257)] },
      { repoBuckets: [{}] },
      { repoBuckets: 'x' },
    ]) {
      const answer = await post('/repo', JSON.stringify({ name: 'R', workspaceId: 'w', ...wrong }));
      expect(answer.status).toBe(400);
    }
  });

  it.each(protectedRoutes.filter(({ method }) => method !== 'GET'))(
    '$method $template: malformed 400, too large 413, not JSON 415',
    async ({ method, path }) => {
      const send = (body: string, headers = JSON_TYPE) => running.send(method, path, { headers, body });
      const answers = [
        [await send('{"name":'), 400, 'BAD_REQUEST'],
        [await send('{"__proto__":{"x":1}}'), 400, 'BAD_REQUEST'],
        [await send(JSON.stringify({ name: 'x'.repeat(70_000) })), 413, 'BODY_TOO_LARGE'],
        [
          await send('name=x', { 'content-type': 'application/x-www-form-urlencoded' }),
          415,
          'UNSUPPORTED_MEDIA_TYPE',
        ],
        [await send('x', { 'content-type': 'nonsense' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
        [await send('x', { 'content-type': 'text/plain' }), 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ] as const;
      for (const [answer, status, code] of answers) {
        expect([answer.status, answer.json()['code'], answer.json()['success']]).toEqual([
          status,
          code,
          false,
        ]);
        expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      }
    },
  );
});

describe('ids and queries', () => {
  it.each([
    '/bucket?workspaceId=a&workspaceId=b',
    '/repo?workspaceId=a&workspaceId=b',
    '/workspace/x?deleted=a&deleted=b',
    '/workspace?deleted=true&deleted=false',
    '/workspace/x/hold?pageSize=0',
  ])('%s is refused', async (path) => {
    const answer = await running.send('GET', path);
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

describe('routes that are none', () => {
  it.each([
    '/',
    '/nothing',
    '/workspaces',
    '/workspace/x/y',
    '/workspace/x/restore/y',
    '/../etc/passwd',
    '/%2e%2e',
    '*',
  ])('%s is 404', async (path) => {
    for (const method of ['GET', 'DELETE', 'POST', 'PUT']) {
      const answer = await running.send(method, path, { body: '{', headers: JSON_TYPE });
      expect([answer.status, answer.json()]).toEqual([
        404,
        { success: false, message: 'No such route', code: 'ROUTE_NOT_FOUND' },
      ]);
    }
  });

  it.each([
    ['PATCH', '/workspace/x', 'DELETE, GET, HEAD, OPTIONS, PUT'],
    ['DELETE', '/workspace', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/workspace/', 'GET, HEAD, OPTIONS, POST'],
    ['GET', '//workspace/x//restore/', 'OPTIONS, POST'],
    ['PATCH', '/bucket/x', 'DELETE, OPTIONS'],
    ['PROPFIND', '/healthz', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/workspace/x/users/', 'OPTIONS, POST'],
    ['DELETE', '/workspace/x//users//', 'OPTIONS, POST'],
    ['PUT', '/workspace/', 'GET, HEAD, OPTIONS, POST'],
    ['DELETE', '/organization/users/', 'GET, HEAD, OPTIONS'],
    ['HEAD', '/systemevent', 'OPTIONS, POST'],
  ])('%s %s is 405 with Allow', async (method, path, allow) => {
    const answer = await running.send(method, path, { token: null });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
    if (method !== 'HEAD')
      expect(answer.json()).toMatchObject({ success: false, code: 'METHOD_NOT_ALLOWED' });
  });
});

describe('what is hardly HTTP', () => {
  it.each([
    ['nonsense\r\n\r\n', 400, 'BAD_REQUEST'],
    ['GET / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n', 400, 'BAD_REQUEST'],
    [`GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
  ])('%j', async (bytes, status, code) => {
    const text = await raw(bytes);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(text.split('\r\n\r\n')[1] ?? '')).toMatchObject({ success: false, code });
  });

  it.each([['a b'], ['x'.repeat(129)], ['{"x":1}'], ['']])(
    'a request id like %j is replaced',
    async (given) => {
      const answer = await running.send('GET', '/nothing', { headers: { 'x-request-id': given } });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

function raw(bytes: string): Promise<string> {
  const [host, port] = running.gateway.address.split(':');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), host, () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}
