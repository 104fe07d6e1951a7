import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Judge } from './testing/described-answers.js';
import { refusalsByRpc } from './testing/refusals-by-rpc.js';
import { goodRequest, protectedRoutes } from './testing/routes.js';
import { startGateway, type Answer, type RunningGateway } from './testing/running-gateway.js';
import type { ProtectedRoute } from './testing/protected-route.js';

const MUCH = 1_000_000;

let running: RunningGateway;
/** A user of it has one request. */
let limited: RunningGateway;
/** Its workspace-service is away. */
let alone: RunningGateway;
let judge: Judge;
beforeAll(async () => {
  running = await startGateway({ grpcDeadlineMs: 300, rateLimitPerMinute: MUCH });
  limited = await startGateway({ rateLimitPerMinute: 1, rateLimitPerMinuteAddress: 1 });
  alone = await startGateway({ workspaceServiceAddress: '127.0.0.1:1' });
  judge = await running.description();
});
afterAll(() => Promise.all([running, limited, alone].map((gateway) => gateway.stop())));

/** Statuses that were really answered, by operation. */
const seen = new Map<string, Set<number>>();

function expectDescribed(operation: string, answer: Answer): void {
  const statuses = seen.get(operation) ?? new Set();
  seen.set(operation, statuses.add(answer.status));
  expect(judge.faultsOf(operation, answer), `${operation} ${answer.status}: ${answer.text}`).toEqual([]);
}

const nameOf = ({ method, template }: Pick<ProtectedRoute, 'method' | 'template'>) => `${method} ${template}`;

describe.each(protectedRoutes)('$method $template', (route) => {
  const good = goodRequest(route);
  const answered = async (gateway = running, sent: Parameters<RunningGateway['send']>[2] = good) => {
    const answer = await gateway.send(route.method, route.path, sent);
    expectDescribed(nameOf(route), answer);
    return answer.status;
  };

  it('its success', async () => {
    running.service.answer(route.rpc, route.response);
    expect(await answered()).toBe(route.status);
  });

  it('every refusal of workspace-service', async () => {
    for (const [code, reason] of refusalsByRpc[route.rpc] ?? []) {
      running.service.refuse(route.rpc, code, reason);
      expect(await answered(), reason).toBeLessThan(500);
    }
  });

  it('what is wrong with a request', async () => {
    expect(await answered(running, { ...good, token: null })).toBe(401);
    expect(await answered(running, { ...good, token: 'forged' })).toBe(401);
    if (route.method === 'GET') return;
    const json = { 'content-type': 'application/json' };
    expect(await answered(running, { headers: json, body: '{' })).toBe(400);
    expect(await answered(running, { headers: json, body: `"${'x'.repeat(70_000)}"` })).toBe(413);
    expect(await answered(running, { headers: { 'content-type': 'text/plain' }, body: 'x' })).toBe(415);
  });

  it('what is wrong with the service', async () => {
    running.service.answer(route.rpc, new Error('a bug'));
    expect(await answered()).toBe(500);
    running.service.hang(route.rpc);
    expect(await answered()).toBe(503);
    expect(await answered(alone)).toBe(503);
    await limited.send('GET', '/nothing');
    expect(await answered(limited)).toBe(429);
  });
});

describe('what only some can answer', () => {
  const path = '/workspace/x/deletion/events';

  it('the end of a watch', async () => {
    running.service.stream('watchDeletion', (call) => call.end());
    const answer = await running.send('GET', path, { headers: { 'last-event-id': 'last' } });
    expect(answer.status).toBe(204);
    expectDescribed('GET /workspace/{id}/deletion/events', answer);
  });

  it('a malformed query', async () => {
    const answer = await running.send('GET', '/workspace/x?deleted=a&deleted=b');
    expect(answer.status).toBe(400);
    expectDescribed('GET /workspace/{id}', answer);
  });

  it('the routes that need no token', async () => {
    const name = 'GET /.well-known/jwks.json';
    const keys = (gateway = running) => gateway.send('GET', '/.well-known/jwks.json', { token: null });
    running.service.answer('listCertificateKeys', { jwksJson: '{"keys":[{"kty":"OKP"}]}' });
    expectDescribed(name, await keys());
    running.service.answer('listCertificateKeys', { jwksJson: '' });
    expectDescribed(name, await keys());
    expectDescribed(name, await keys(alone));
    expectDescribed(name, await keys(limited));
    for (const gateway of [running, alone, limited])
      for (const open of ['/healthz', '/readyz', '/openapi.json'])
        expectDescribed(`GET ${open}`, await gateway.send('GET', open, { token: null }));
  });
});

describe('all in all', () => {
  it('every operation has been tried, and every status that it describes was answered', () => {
    const described = judge.operations.map(([method, template, { responses }]) => [
      `${method} ${template}`,
      Object.keys(responses),
    ]);
    const answered = [...seen].map(([name, statuses]) => [name, [...statuses].sort().map(String)]);
    expect(Object.fromEntries(answered)).toEqual(Object.fromEntries(described));
  });

  it('the refusals are those that the proto names', () => {
    const proto = readFileSync(
      new URL('../../../proto/lethe/workspace/v1/workspace_service.proto', import.meta.url),
      'utf8',
    );
    const methods = [...proto.matchAll(/((?:^ *\/\/.*\n)*)^ *rpc (\w+)\(/gm)];
    expect(methods.length).toBeGreaterThan(25);
    for (const [, comment = '', method = ''] of methods) {
      const rpc = method.charAt(0).toLowerCase() + method.slice(1);
      if (rpc === 'listDeletions') continue; // operators only
      const named = (comment.match(/\b[A-Z]+(?:_[A-Z]+)+\b|\bHELD\b/g) ?? []).filter(
        (word) => !(word in status),
      );
      const known = (refusalsByRpc[rpc] ?? []).map(([, reason]) => reason as string);
      expect(known, rpc).toEqual(expect.arrayContaining(named));
    }
  });
});
