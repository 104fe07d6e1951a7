import { createHash } from 'node:crypto';
import type { ConfigurationError } from '@lethe/service';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const good: Record<string, string> = {
  DATABASE_URL: 'postgres://localhost/workspace',
  NATS_URL: 'nats://a:4222, b:4222',
  GRPC_CALLERS: ['gateway', 'realm-purge', 'blob-sweeper']
    .map((name) => `${name}=${createHash('sha256').update(name).digest('hex')}`)
    .join(','),
  REQUIRED_PARTICIPANTS: 'realm-purge:blocks,blob-sweeper:blocks',
  CERTIFICATE_KEY: '{}',
};

function faultsOf(changes: Record<string, string>): readonly string[] {
  try {
    readConfig({ ...good, ...changes });
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
}

describe('readConfig', () => {
  it('reads a complete environment and fills in what has a harmless default', () => {
    expect(readConfig(good)).toMatchObject({
      streamReplicas: 1,
      grpcListen: '127.0.0.1:7001',
      adminListen: '127.0.0.1:9001',
      reconcileMs: 5_000,
      logLevel: 'info',
      natsToken: undefined,
      purgeNoticeSeconds: 604_800,
      noProgressSeconds: 180,
    });
  });

  it.each([
    ['DATABASE_URL', ''],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['NATS_URL', ''],
    ['NATS_URL', 'http://x/y z'],
    ['NATS_URL', 'nats://a:4222,,'],
    ['NATS_URL', 'nats://a:port'],
    ['NATS_STREAM_REPLICAS', '0'],
    ['NATS_STREAM_REPLICAS', 'three'],
    ['GRPC_LISTEN', '7001'],
    ['ADMIN_LISTEN', 'host:99999'],
    ['GRPC_CALLERS', ''],
    ['GRPC_CALLERS', 'gateway=secret'],
    ['REQUIRED_PARTICIPANTS', ''],
    ['GRPC_CALLERS', `realm-purge=${'ab'.repeat(32)}`],
    ['REQUIRED_PARTICIPANTS', 'realm-purge:blocks'],
    ['REQUIRED_PARTICIPANTS', 'realm-purge:blocks,operator:blocks'],
    ['CERTIFICATE_KEY', ''],
    ['CERTIFICATE_KEY_FILE', '/no/such/file'],
    ['RECONCILE_MS', '0'],
    ['LOG_LEVEL', 'loud'],
    ['PURGE_NOTICE_SECONDS', '0'],
    ['PURGE_NOTICE_SECONDS', '-1'],
    ['PURGE_NOTICE_SECONDS', '7d'],
    ['PURGE_NOTICE_SECONDS', '3155760001'],
    ['NO_PROGRESS_SECONDS', '9'],
    ['NO_PROGRESS_SECONDS', '281'],
    ['NO_PROGRESS_SECONDS', '3m'],
  ])('names %s=%s in one sentence', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}`));
  });

  it('names everything that is missing at once, and no secret', () => {
    const nothing = Object.fromEntries(Object.keys(good).map((name) => [name, '']));
    expect(faultsOf(nothing)).toHaveLength(5);
    expect(faultsOf({ GRPC_CALLERS: 'gateway=hunter2' }).join()).not.toContain('hunter2');
  });
});
