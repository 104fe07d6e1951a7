import { fastify } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../config.js';
import { startGateway, type RunningGateway, type Sent } from '../testing/running-gateway.js';
import { createRateLimiters, TooManyRequestsError } from './rate-limits.js';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(changed: Partial<GatewayConfig>): Promise<RunningGateway> {
  const running = await startGateway(changed);
  stops.push(() => running.stop());
  running.service.answer('listWorkspaces', { workspaces: [] });
  return running;
}

/** The statuses of as many requests, one after the other. */
async function statuses(running: RunningGateway, count: number, sent: Sent = {}, path = '/workspace') {
  const answers: number[] = [];
  for (let n = 0; n < count; n += 1) answers.push((await running.send('GET', path, sent)).status);
  return answers;
}

const tokenOf = (running: RunningGateway, userId: string, orgId?: string) =>
  running.issuer.token({ claims: { userId, ...(orgId !== undefined && { orgId }) } });

describe('the limit of a user', () => {
  it('counts for each subject of a token, and answers 429 in the envelope', async () => {
    const running = await started({ rateLimitPerMinute: 3 });
    expect(await statuses(running, 3)).toEqual([200, 200, 200]);
    const limited = await running.send('GET', '/workspace');
    const seconds = limited.headers['retry-after'];
    expect([limited.status, limited.json()]).toEqual([
      429,
      {
        success: false,
        message: `Too many requests by this user, try again in ${seconds} s`,
        code: 'TOO_MANY_REQUESTS',
        limit: 'user',
      },
    ]);
    expect(Number(seconds)).toBeGreaterThan(0);
    expect(Number(seconds)).toBeLessThanOrEqual(60);
    expect(await statuses(running, 1, { token: await tokenOf(running, 'user-2') })).toEqual([200]);
    expect(await statuses(running, 1, { token: 'forged' })).toEqual([401]);
    expect(running.service.calls).toHaveLength(4);
  });

  it('is one whatever organization a token names', async () => {
    const running = await started({ rateLimitPerMinute: 2 });
    const tokens = [await tokenOf(running, 'user-1'), await tokenOf(running, 'user-1', 'organization-2')];
    for (const token of tokens) expect(await statuses(running, 1, { token })).toEqual([200]);
    expect(await statuses(running, 1)).toEqual([429]);
  });
});

describe('the limit of an organization', () => {
  it('is shared by its users and nobody else', async () => {
    const running = await started({ rateLimitPerMinuteOrganization: 2 });
    const [second, third, stranger, without] = await Promise.all([
      tokenOf(running, 'user-2', 'organization-1'),
      tokenOf(running, 'user-3', 'organization-1'),
      tokenOf(running, 'user-4', 'organization-2'),
      tokenOf(running, 'user-2'),
    ]);
    expect(await statuses(running, 1)).toEqual([200]);
    expect(await statuses(running, 1, { token: second })).toEqual([200]);
    const limited = await running.send('GET', '/workspace', { token: third });
    expect([limited.status, limited.json()['limit']]).toEqual([429, 'organization']);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect(await statuses(running, 1, { token: stranger })).toEqual([200]);
    expect(await statuses(running, 3, { token: without })).toEqual([200, 200, 200]);
  });

  it('a user over the own limit takes nothing of it', async () => {
    const running = await started({ rateLimitPerMinute: 1, rateLimitPerMinuteOrganization: 2 });
    expect(await statuses(running, 5)).toEqual([200, 429, 429, 429, 429]);
    const token = await tokenOf(running, 'user-2', 'organization-1');
    expect(await statuses(running, 1, { token })).toEqual([200]);
  });
});

describe('the limit of an address', () => {
  it('comes before authentication: a flood of bad tokens ends', async () => {
    const running = await started({ rateLimitPerMinuteAddress: 3 });
    expect(await statuses(running, 2, { token: 'forged' })).toEqual([401, 401]);
    expect(await statuses(running, 1, { token: null }, '/nothing')).toEqual([404]);
    for (const path of ['/workspace', '/nothing', '/openapi.json', '/.well-known/jwks.json']) {
      const limited = await running.send('GET', path, { token: 'forged' });
      expect([limited.status, limited.json()['limit'], limited.json()['code']], path).toEqual([
        429,
        'address',
        'TOO_MANY_REQUESTS',
      ]);
      expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(await statuses(running, 1)).toEqual([429]);
    expect(running.service.calls).toEqual([]);
  });

  it('is not for health', async () => {
    const running = await started({ rateLimitPerMinuteAddress: 1 });
    for (const path of ['/healthz', '/readyz']) {
      expect(await statuses(running, 4, { token: null }, path)).toEqual([200, 200, 200, 200]);
      expect((await fetch(`http://${running.gateway.adminAddress}${path}`)).status).toBe(200);
    }
  });

  const from = (forwarded: string) => ({ token: null, headers: { 'x-forwarded-for': forwarded } });

  it.each<[string, string[]]>([
    ['nobody is trusted', []],
    ['others are', ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']],
  ])('a forged X-Forwarded-For moves nobody’s limit while %s', async (_who, trustedProxies) => {
    const running = await started({ rateLimitPerMinuteAddress: 2, trustedProxies });
    expect(await statuses(running, 1, from('203.0.113.1'))).toEqual([401]);
    expect(await statuses(running, 1, from('203.0.113.2'))).toEqual([401]);
    expect(await statuses(running, 1, from('203.0.113.3'))).toEqual([429]);
    expect(await statuses(running, 1)).toEqual([429]);
  });

  it('of a trusted proxy only what it added itself counts', async () => {
    const running = await started({ rateLimitPerMinuteAddress: 1, trustedProxies: ['127.0.0.0/8'] });
    expect(await statuses(running, 1, from('203.0.113.1'))).toEqual([401]);
    expect(await statuses(running, 1, from('198.51.100.9, 203.0.113.1'))).toEqual([429]);
    expect(await statuses(running, 1, from('203.0.113.1, 127.0.0.9'))).toEqual([429]);
    expect(await statuses(running, 1, from('203.0.113.2'))).toEqual([401]);
    expect(await statuses(running, 1, from('not an address'))).toEqual([401]);
    expect(await statuses(running, 1, from('not an address'))).toEqual([429]);
  });

  it('is one for a network of IPv6, however an address is written', async () => {
    const running = await started({ rateLimitPerMinuteAddress: 1, trustedProxies: ['127.0.0.1'] });
    expect(await statuses(running, 1, from('2001:db8:1:2::1'))).toEqual([401]);
    expect(await statuses(running, 1, from('2001:db8:1:2:ffff::9'))).toEqual([429]);
    expect(await statuses(running, 1, from('2001:DB8:1:3::1'))).toEqual([401]);
    expect(await statuses(running, 1, from('203.0.113.1'))).toEqual([401]);
    expect(await statuses(running, 1, from('::ffff:203.0.113.1'))).toEqual([429]);
    expect(await statuses(running, 1, from('fe80::1%eth0'))).toEqual([401]);
    expect(await statuses(running, 1, from('fe80::2%eth0'))).toEqual([429]);
  });
});

it('remembers the latest, so many and no more', async () => {
  const app = fastify({ trustProxy: true });
  stops.push(() => app.close());
  const { ofAddress } = await createRateLimiters(app, { perAddress: 1, perUser: 1, perOrganization: 1 }, 2);
  app.addHook('onRequest', ofAddress);
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof TooManyRequestsError ? 429 : 500).send(),
  );
  app.get('/', () => 'ok');
  const ask = async (address: string) => {
    const headers = { 'x-forwarded-for': address };
    return (await app.inject({ url: '/', headers })).statusCode;
  };
  expect([await ask('203.0.113.1'), await ask('203.0.113.1')]).toEqual([200, 429]);
  expect([await ask('203.0.113.2'), await ask('203.0.113.3')]).toEqual([200, 200]);
  expect([await ask('203.0.113.3'), await ask('203.0.113.1')]).toEqual([429, 200]);
});
