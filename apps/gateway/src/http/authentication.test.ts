import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createKey } from '../testing/issuer.js';
import { forgedTokens } from '../testing/forged-tokens.js';
import { goodRequest, protectedRoutes, publicPaths } from '../testing/routes.js';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';

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
    expect(forged.length).toBeGreaterThan(35);
    for (const route of protectedRoutes) {
      for (const [what, token] of forged) {
        const answer = await running.send(route.method, route.path, { ...goodRequest(route), token });
        expect([answer.status, answer.text], `${route.method} ${route.path}: ${what}`).toEqual([
          401,
          UNAUTHENTICATED,
        ]);
        expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
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
