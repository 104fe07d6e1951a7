import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKey } from '../testing/issuer.js';
import { forgedTokens } from '../testing/forged-tokens.js';
import { goodRequest, protectedRoutes, publicPaths } from '../testing/routes.js';
import { startGateway, type RunningGateway, type Sent } from '../testing/running-gateway.js';
import { goodPayload, inAnHour, keysOf, signed } from '../testing/signing.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const UNAUTHENTICATED =
  '{"success":false,"message":"Send a valid token as \\"Authorization: Bearer <token>\\"","code":"UNAUTHENTICATED"}';

describe('a token that proves nothing', () => {
  it('is the same 401 on every protected route, and reaches nobody', async () => {
    const forged = Object.entries(await forgedTokens(running.issuer));
    expect(forged.length).toBeGreaterThan(150);
    for (const route of protectedRoutes) {
      await eachOf(forged, 16, async ([what, token]) => {
        const answer = await running.send(route.method, route.path, { ...goodRequest(route), token });
        expect([answer.status, answer.text], `${route.method} ${route.path}: ${what}`).toEqual([
          401,
          UNAUTHENTICATED,
        ]);
        expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
      });
    }
    expect(running.service.calls).toEqual([]);
  }, 60_000);

  it('while the same, made as the issuer makes it, is believed', async () => {
    running.service.answer('listWorkspaces', { workspaces: [] });
    const { ed, rsa, ec } = keysOf(running.issuer);
    const believed = {
      EdDSA: signed(ed, { alg: 'EdDSA', kid: ed.kid }, goodPayload()),
      RS256: signed(rsa, { alg: 'RS256', kid: rsa.kid }, goodPayload()),
      ES256: signed(ec, { alg: 'ES256', kid: ec.kid }, goodPayload()),
      'without a kid, where one key has the algorithm': signed(ed, { alg: 'EdDSA' }, goodPayload()),
      'for several audiences': signed(ed, { alg: 'EdDSA' }, { ...goodPayload(), aud: ['other', 'lethe'] }),
      'exp a fraction': signed(ed, { alg: 'EdDSA' }, { ...goodPayload(), exp: inAnHour() + 0.5 }),
      'a clock that is a little ahead': signed(
        ed,
        { alg: 'EdDSA' },
        { ...goodPayload(), iat: inAnHour() - 3_570, nbf: inAnHour() - 3_598 },
      ),
      'without iat': signed(ed, { alg: 'EdDSA' }, { ...goodPayload(), iat: undefined }),
    };
    for (const [what, token] of Object.entries(believed))
      expect((await running.send('GET', '/workspace', { token })).status, what).toBe(200);
  });

  it.each<[string, (good: string) => Sent | string]>([
    ['in a query', (good) => `?access_token=${good}`],
    ['in a query by another name', (good) => `?token=${good}&authorization=Bearer%20${good}`],
    ['in a cookie', (good) => ({ headers: { cookie: `token=${good}; authorization=Bearer ${good}` } })],
    [
      'in another header',
      (good) => ({ headers: { 'x-access-token': good, 'proxy-authorization': `Bearer ${good}` } }),
    ],
    ['as Basic', (good) => ({ headers: { authorization: `Basic ${good}` } })],
    [
      'as Basic, encoded',
      (good) => ({ headers: { authorization: `Basic ${Buffer.from(`x:${good}`).toString('base64')}` } }),
    ],
    ['without a scheme', (good) => ({ headers: { authorization: good } })],
    ['after a tab', (good) => ({ headers: { authorization: `Bearer\t${good}` } })],
    ['after another scheme', (good) => ({ headers: { authorization: `DPoP Bearer ${good}` } })],
    ['quoted', (good) => ({ headers: { authorization: `Bearer "${good}"` } })],
    ['as a parameter', (good) => ({ headers: { authorization: `Bearer token=${good}` } })],
    [
      'in two pieces',
      (good) => ({ headers: { authorization: `Bearer ${good.slice(0, 40)} ${good.slice(40)}` } }),
    ],
    ['in a list', (good) => ({ headers: { authorization: `Bearer ${good}, Bearer ${good}` } })],
  ])('nor is a good one where it does not belong: %s', async (_what, put) => {
    const placed = put(await running.issuer.token());
    for (const route of protectedRoutes) {
      const request = goodRequest(route);
      const [more, sent] = typeof placed === 'string' ? [placed, {}] : ['', placed];
      const path = route.path.includes('?') ? route.path + more.replace('?', '&') : route.path + more;
      const answer = await running.send(route.method, path, {
        ...request,
        headers: { ...request.headers, ...sent.headers },
        token: null,
      });
      expect([answer.status, answer.text], path).toEqual([401, UNAUTHENTICATED]);
    }
    expect(running.service.calls).toEqual([]);
  });

  it('nor are two headers one, even if both are good', async () => {
    const good = `Bearer ${await running.issuer.token()}`;
    for (const pair of [
      [good, 'Bearer forged'],
      ['Bearer forged', good],
      [good, good],
      ['', good],
    ]) {
      for (const route of protectedRoutes) {
        const [status, body] = await exchangeRaw(route.method, route.path, pair);
        expect([status, body], route.path).toEqual([401, UNAUTHENTICATED]);
      }
    }
    expect(running.service.calls).toEqual([]);
  });

  it.each<[string, string | undefined]>([
    ['none', undefined],
    ['an empty header', ''],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['the scheme alone', 'Bearer'],
    ['the scheme and a space', 'Bearer '],
    ['two tokens', 'Bearer a b'],
  ])('nor is there one: %s', async (_what, authorization) => {
    for (const route of protectedRoutes) {
      const { headers, ...rest } = goodRequest(route);
      const sent = authorization === undefined ? headers : { ...headers, authorization };
      const answer = await running.send(route.method, route.path, { ...rest, headers: sent, token: null });
      expect([answer.status, answer.text], route.path).toEqual([401, UNAUTHENTICATED]);
    }
    expect(running.service.calls).toEqual([]);
  });
});

describe('the order of checks', () => {
  it.each([
    ['POST', '/workspace', { 'content-type': 'application/json' }, '{'],
    ['POST', '/workspace', { 'content-type': 'text/plain' }, 'x'],
    ['POST', '/workspace', { 'content-type': 'application/json' }, `"${'x'.repeat(70_000)}"`],
    ['POST', '/bucket', { 'content-type': 'application/json' }, '{}'],
    ['DELETE', `/workspace/${'x'.repeat(300)}`, { 'if-match': 'W/"x"' }, undefined],
    ['DELETE', '/workspace/%', {}, undefined],
    ['GET', '/bucket?workspaceId=a&workspaceId=b', {}, undefined],
  ])('401 comes first: %s %s', async (method, path, headers: Record<string, string>, body) => {
    const answer = await running.send(method, path, { headers, token: null, ...(body && { body }) });
    expect([answer.status, answer.text]).toEqual([401, UNAUTHENTICATED]);
  });

  it.each(publicPaths)('%s needs no token', async (path) => {
    running.service.answer('listCertificateKeys', { jwksJson: '{"keys":[]}' });
    expect((await running.send('GET', path, { token: null })).status).toBe(200);
  });
});

describe('the issuer away', () => {
  it('known keys go on; a token by another one is 503 in the envelope, and its fetch may be tried again', async () => {
    const key = await createKey('key-new', 'EdDSA');
    const token = await running.issuer.token({ key });
    running.service.answer('listWorkspaces', { workspaces: [] });
    running.issuer.away = true;
    try {
      expect((await running.send('GET', '/workspace')).status).toBe(200);
      const answer = await running.send('GET', '/workspace', { token });
      expect([answer.status, answer.headers['retry-after'], answer.json()]).toEqual([
        503,
        '2',
        {
          success: false,
          message: 'Tokens cannot be verified at the moment, try again soon',
          code: 'UNAVAILABLE',
        },
      ]);
      expect((await running.send('GET', '/workspace', { token: 'garbage' })).status).toBe(401);
    } finally {
      running.issuer.away = false;
    }
    running.issuer.keys.push(key);
    expect((await running.send('GET', '/workspace', { token })).status).toBe(200);
  });
});

describe('a good token', () => {
  it.each([0, 1, 2])('by the issuer’s key %i', async (index) => {
    const key = running.issuer.keys[index];
    if (key === undefined) throw new Error('no such key');
    running.service.answer('listWorkspaces', { workspaces: [] });
    const token = await running.issuer.token({ key });
    expect((await running.send('GET', '/workspace', { token })).status).toBe(200);
  });

  it('nothing of it is believed but userId and orgId', async () => {
    running.service.answer('listWorkspaces', { workspaces: [] });
    const claims = { userId: 'user-2', role: 'OWNER', validated: true, email: 'x@example.org' };
    const token = await running.issuer.token({ claims });
    const headers = { authorization: `bearer ${token}` };
    await running.send('GET', '/workspace', { token: null, headers });
    expect(running.service.calls[0]?.request['caller']).toEqual({ userId: 'user-2', organizationId: '' });
  });
});

/** Runs so many at once. */
async function eachOf<Item>(items: readonly Item[], lanes: number, run: (item: Item) => Promise<void>) {
  const left = [...items];
  const lane = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await run(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** With several Authorization headers, which no client library sends. */
function exchangeRaw(method: string, path: string, tokens: readonly string[]): Promise<[number, string]> {
  const [host, port] = running.gateway.address.split(':');
  const lines = [`${method} ${path} HTTP/1.1`, 'host: x', ...tokens.map((one) => `authorization: ${one}`)];
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), host, () =>
      socket.write(`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`),
    );
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      resolve([Number(head.split(' ')[1]), body]);
    });
  });
}
