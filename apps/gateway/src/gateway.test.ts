import { Agent, get } from 'node:http';
import { createLogger, createMetrics, type Logger } from '@lethe/telemetry';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createGateway, type Gateway } from './gateway.js';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';
import { workspace } from './testing/samples.js';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function started(...options: Parameters<typeof startGateway>): Promise<RunningGateway> {
  const running = await startGateway(...options);
  stops.push(() => running.stop());
  return running;
}

const config = {
  listen: '127.0.0.1:0',
  adminListen: '127.0.0.1:0',
  workspaceServiceAddress: '127.0.0.1:1',
  grpcToken: 'token',
  realmPurgeAddress: '127.0.0.1:1',
  realmPurgeToken: 'token-2',
  blobSweeperAddress: '127.0.0.1:1',
  blobSweeperToken: 'token-3',
  grpcDeadlineMs: 1_000,
  jwksUrl: 'http://127.0.0.1:1/keys',
  jwtIssuer: 'issuer',
  jwtAudience: 'audience',
  rateLimitPerMinute: 10,
  rateLimitPerMinuteOrganization: 10,
  rateLimitPerMinuteAddress: 10,
  trustedProxies: [],
  corsOrigins: [],
  logLevel: 'silent',
} as const;

describe('logs and metrics', () => {
  it('tell id, route, status and duration, and nothing of the request', async () => {
    const lines: string[] = [];
    const running = await started({}, { logger: remembering(lines) });
    running.service.answer('getWorkspace', { workspace });
    const path = '/workspace/secret-id?x=secret-query';
    await running.send('GET', path, { headers: { 'x-request-id': 'trace-1' } });
    await expect.poll(() => lines.find((line) => line.includes('answered'))).toBeDefined();
    const line = lines.find((one) => one.includes('answered')) ?? '';
    expect(line).toMatch(
      /"requestId":"trace-1","method":"GET","route":"\/workspace\/:id","status":200,"durationMs":[\d.]+/,
    );
    expect(lines.join()).not.toMatch(/secret|Bearer|Letters|ada@|eyJ/);
    expect((await running.send('GET', '/metrics', { token: null })).status).toBe(404);
    const metrics = await fetch(`http://${running.gateway.adminAddress}/metrics`);
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    expect(await metrics.text()).toMatch(
      /lethe_http_request_seconds_count\{.*route="\/workspace\/:id",status="200"/,
    );
  });
});

describe('start and stop', () => {
  const silent = () => ({ logger: createLogger('gateway', 'silent'), metrics: createMetrics('gateway') });

  it('starts while everything it needs is away, says so, and stops', async () => {
    const gateway = createGateway(config, silent());
    await gateway.start();
    const ready = await fetch(`http://${gateway.address}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { success: false, message: 'Away: workspace-service, token keys', code: 'NOT_READY' },
    ]);
    await gateway.stop();
    await expect(fetch(`http://${gateway.address}/healthz`)).rejects.toThrow();
  });

  it('stops before it started, twice, and while it starts', async () => {
    const never = createGateway(config, silent());
    await never.stop();
    await never.stop();
    const starting: Gateway = createGateway(config, silent());
    const start = starting.start();
    await starting.stop();
    await start;
    await starting.stop();
  });

  it('lets a request under way finish', async () => {
    const running = await started();
    running.service.hang('listWorkspaces');
    const answer = running.send('GET', '/workspace');
    await vi.waitFor(() => {
      expect(running.service.calls).toHaveLength(1);
    });
    await running.gateway.stop();
    expect((await answer).status).toBe(503);
  });

  it('does not wait for a caller that keeps its connection after the last answer', async () => {
    const running = await started({ grpcDeadlineMs: 300 });
    running.service.hang('listCertificateKeys');
    const agent = new Agent({ keepAlive: true, timeout: 120_000 });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      const url = `http://${running.gateway.address}/.well-known/jwks.json`;
      get(url, { agent }, (response) => {
        response.resume().once('end', () => {
          resolve(response.statusCode);
        });
      }).once('error', reject);
    });
    await vi.waitFor(() => {
      expect(running.service.calls).toHaveLength(1);
    });
    await running.gateway.stop();
    expect(await answered).toBe(503);
    agent.destroy();
  });

  it('a taken port is an error that start throws', async () => {
    const { gateway } = await started();
    const second = createGateway({ ...config, listen: gateway.address }, silent());
    await expect(second.start()).rejects.toThrow('EADDRINUSE');
    await second.stop();
  });
});

function remembering(lines: string[]): Logger {
  const logger = createLogger('gateway', 'info');
  const remember = (about: object, message: string) => lines.push(`${JSON.stringify(about)} ${message}`);
  return Object.assign(Object.create(logger) as Logger, { info: remember, warn: remember, error: remember });
}
