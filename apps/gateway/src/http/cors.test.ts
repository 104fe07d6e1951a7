import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type Answer, type RunningGateway } from '../testing/running-gateway.js';
import { goodRequest, protectedRoutes } from '../testing/routes.js';
import { isOrigin } from './cors.js';

const APP = 'https://app.example.org';
const OTHER = 'http://localhost:3000';

let listed: RunningGateway;
let everybody: RunningGateway;
let nobody: RunningGateway;
beforeAll(async () => {
  [listed, everybody, nobody] = await Promise.all([
    startGateway({ corsOrigins: [APP, OTHER] }),
    startGateway({ corsOrigins: ['*'] }),
    startGateway(),
  ]);
});
afterAll(() => Promise.all([listed, everybody, nobody].map((running) => running.stop())));
beforeEach(() => {
  listed.service.reset();
});

const preflight = (running: RunningGateway, path: string, origin: string, method = 'DELETE') =>
  running.send('OPTIONS', path, {
    token: null,
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization, if-match',
    },
  });
const namesOf = ({ headers }: Answer) => Object.keys(headers).filter((name) => name.startsWith('access-'));

describe('a preflight', () => {
  it.each(protectedRoutes.map(({ method, path }) => [method, path]))(
    'is answered before authentication: %s %s',
    async (method, path) => {
      const answer = await preflight(listed, path, APP, method);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(answer.headers).toMatchObject({
        'access-control-allow-origin': APP,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE',
        'access-control-allow-headers':
          'authorization, content-type, if-match, idempotency-key, last-event-id, x-request-id',
        'access-control-max-age': '3600',
        vary: 'Origin',
      });
      expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
      expect(listed.service.calls).toEqual([]);
    },
  );

  it('knows each origin that is listed, and no other', async () => {
    expect((await preflight(listed, '/workspace', OTHER)).headers['access-control-allow-origin']).toBe(OTHER);
    for (const origin of [
      'https://evil.example.org',
      'https://app.example.org.evil.test',
      'null',
      `${APP}/`,
    ]) {
      const { headers } = await preflight(listed, '/workspace', origin);
      expect(headers, origin).not.toHaveProperty('access-control-allow-origin');
      expect(headers.vary).toBe('Origin');
    }
  });

  it('lets everybody in with *', async () => {
    const { headers } = await preflight(everybody, '/workspace', 'https://anybody.example.org');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('gets no leave from a gateway without the setting', async () => {
    const answer = await preflight(nobody, '/workspace', APP);
    expect([answer.status, answer.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect(namesOf(answer)).toEqual([]);
  });
});

describe('an answer to a page', () => {
  const shown = {
    'access-control-allow-origin': APP,
    'access-control-expose-headers': 'etag, retry-after, x-request-id',
  };

  it('can be read, whatever its status', async () => {
    const send = (method: string, path: string, sent = {}) =>
      listed.send(method, path, { headers: { origin: APP, ...sent } });
    listed.service.answer('listWorkspaces', { workspaces: [] });
    listed.service.refuse('getWorkspace', status.UNAVAILABLE, 'AWAY');
    const type = { 'content-type': 'application/json' };
    const answers = await Promise.all([
      send('GET', '/workspace'),
      send('HEAD', '/workspace'),
      listed.send('GET', '/workspace', { token: 'forged', headers: { origin: APP } }),
      send('GET', '/nothing'),
      send('PATCH', '/workspace'),
      listed.send('POST', '/workspace', { headers: { origin: APP, ...type }, body: '{' }),
      listed.send('POST', '/workspace', { headers: { origin: APP, ...type }, body: 'x'.repeat(70_000) }),
      send('GET', '/workspace/x'),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 401, 404, 405, 400, 413, 503]);
    for (const { headers, status: told } of answers) expect(headers, String(told)).toMatchObject(shown);
  });

  it('also when it says that there were too many', async () => {
    const running = await startGateway({ corsOrigins: [APP], rateLimitPerMinuteAddress: 1 });
    try {
      const send = () => running.send('GET', '/nothing', { headers: { origin: APP } });
      await send();
      const limited = await send();
      expect([limited.status, limited.headers['access-control-allow-origin']]).toEqual([429, APP]);
    } finally {
      await running.stop();
    }
  });

  it('cannot be read by others, or without the setting', async () => {
    listed.service.answer('listWorkspaces', { workspaces: [] });
    nobody.service.answer('listWorkspaces', { workspaces: [] });
    const headers = { origin: 'https://evil.example.org' };
    const other = await listed.send('GET', '/workspace', { headers });
    expect([other.status, other.headers]).not.toHaveProperty(['1', 'access-control-allow-origin']);
    expect(namesOf(await nobody.send('GET', '/workspace', { headers: { origin: APP } }))).toEqual([]);
  });
});

describe('OPTIONS that is no preflight', () => {
  it.each([
    ['/workspace', 'GET, HEAD, OPTIONS, POST'],
    ['/workspace/x/', 'DELETE, GET, HEAD, OPTIONS, PUT'],
    ['//workspace//x//users', 'OPTIONS, POST'],
    ['/organization/users/x', 'DELETE, OPTIONS'],
    ['/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s says what it can do', async (path, allow) => {
    for (const [running, headers] of [
      [nobody, {}],
      [listed, {}],
      [listed, { origin: APP }],
      [everybody, { 'access-control-request-method': 'GET' }],
    ] as const) {
      const answer = await running.send('OPTIONS', path, { token: null, headers });
      expect([answer.status, answer.headers.allow, answer.text]).toEqual([204, allow, '']);
    }
  });

  it('of no route is the 404 of every other method', async () => {
    for (const running of [nobody, listed, everybody]) {
      const answer = await running.send('OPTIONS', '/nothing', { token: null });
      expect([answer.status, answer.json()]).toEqual([
        404,
        { success: false, message: 'No such route', code: 'ROUTE_NOT_FOUND' },
      ]);
    }
  });

  it('does not stand in the description', async () => {
    const document = (await listed.send('GET', '/openapi.json')).json();
    expect(JSON.stringify(document)).not.toContain('"options"');
  });
});

it('goes on asking for a token where a page asks without one', async () => {
  for (const route of protectedRoutes.slice(0, 3)) {
    const { headers, ...rest } = goodRequest(route);
    const sent = { ...rest, token: null, headers: { ...headers, origin: APP } };
    expect((await listed.send(route.method, route.path, sent)).status).toBe(401);
  }
});

it.each([
  [APP, true],
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:8080', true],
  ['https://xn--bcher-kva.example', true],
  [`${APP}/`, false],
  [`${APP}:443`, false],
  ['https://APP.example.org', false],
  ['https://*.example.org', false],
  ['https://user@app.example.org', false],
  ['app.example.org', false],
  ['null', false],
  ['file://', false],
  ['ftp://app.example.org', false],
  ['', false],
])('%j is an origin: %s', (text, expected) => {
  expect(isOrigin(text)).toBe(expected);
});
