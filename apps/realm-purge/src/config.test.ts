import { createHash } from 'node:crypto';
import { ConfigurationError } from '@lethe/service';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const caller = `operator=${createHash('sha256').update('token').digest('hex')}`;
const env = {
  DATABASE_URL: 'postgres://localhost/realm',
  NATS_URL: 'nats://localhost:4222',
  GRPC_CALLERS: caller,
  WORKSPACE_SERVICE_ADDRESS: 'localhost:7001',
  GRPC_TOKEN: 'secret',
};
const faultsOf = (changed: Record<string, string>) => {
  try {
    readConfig({ ...env, ...changed });
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
  return [];
};

describe('readConfig', () => {
  it('needs five settings, and has a default for the rest', () => {
    expect(readConfig(env)).toMatchObject({
      authorityToken: 'secret',
      windowPages: 16,
      pageBlocks: 990,
      rereleaseMs: 60_000,
      maxPagesInFlight: 1_024,
      uploadQuarantineSeconds: 3_600,
      stepConcurrency: 8,
      reconcileMs: 5_000,
      logLevel: 'info',
    });
  });

  it('names everything that is missing, at once', () => {
    expect(() => readConfig({})).toThrow(ConfigurationError);
    try {
      readConfig({});
    } catch (error) {
      const { faults } = error as ConfigurationError;
      for (const name of Object.keys(env))
        expect(faults.filter((fault) => fault.startsWith(name))).toHaveLength(1);
    }
  });

  it.each([
    { DATABASE_URL: 'mysql://localhost/realm' },
    { DATABASE_URL: 'realm' },
    { GRPC_CALLERS: 'operator' },
    { GRPC_CALLERS: `${caller},${caller}` },
    { WORKSPACE_SERVICE_ADDRESS: 'localhost' },
    { WORKSPACE_SERVICE_ADDRESS: 'localhost:70000' },
    { GRPC_LISTEN: 'everywhere' },
    { ADMIN_LISTEN: ':x' },
    { PAGE_BLOCKS: '0' },
    { PAGE_BLOCKS: '1001' },
    { RELEASE_WINDOW_PAGES: '-1' },
    { RELEASE_WINDOW_PAGES: '1e9' },
    { RERELEASE_MS: '99' },
    { MAX_PAGES_IN_FLIGHT: '0' },
    { UPLOAD_QUARANTINE_SECONDS: '-1' },
    { UPLOAD_QUARANTINE_SECONDS: '604801' },
    { UPLOAD_QUARANTINE_SECONDS: '1h' },
    { STEP_CONCURRENCY: '0' },
    { STEP_CONCURRENCY: '13' },
    { RECONCILE_MS: 'soon' },
    { NATS_STREAM_REPLICAS: '6' },
    { LOG_LEVEL: 'loud' },
  ])('refuses %j in one sentence that names it', (wrong) => {
    const faults = faultsOf(wrong);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(Object.keys(wrong)[0]);
  });
});
