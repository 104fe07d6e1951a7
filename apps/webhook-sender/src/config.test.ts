import { createHash } from 'node:crypto';
import type { ConfigurationError } from '@lethe/service';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const good: Record<string, string> = {
  DATABASE_URL: 'postgres://localhost/webhook',
  NATS_URL: 'nats://a:4222',
  GRPC_CALLERS: `operator=${createHash('sha256').update('operator').digest('hex')}`,
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
  it('reads a complete environment, and sends to the public internet alone', () => {
    expect(readConfig(good)).toMatchObject({
      grpcListen: '127.0.0.1:7004',
      adminListen: '127.0.0.1:9004',
      allowInsecure: false,
      concurrency: 128,
    });
  });

  it.each([
    ['DATABASE_URL', ''],
    ['NATS_URL', ''],
    ['GRPC_CALLERS', ''],
    ['ALLOW_INSECURE_WEBHOOKS', 'yes'],
    ['ALLOW_INSECURE_WEBHOOKS', '1'],
    ['SEND_CONCURRENCY', '0'],
    ['SEND_CONCURRENCY', '1025'],
  ])('names %s=%s in one sentence', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}`));
  });

  it('allows the rest only to whoever says so', () => {
    for (const value of ['', ' ', 'false'])
      expect(readConfig({ ...good, ALLOW_INSECURE_WEBHOOKS: value }).allowInsecure).toBe(false);
    expect(readConfig({ ...good, ALLOW_INSECURE_WEBHOOKS: 'true' }).allowInsecure).toBe(true);
  });
});
