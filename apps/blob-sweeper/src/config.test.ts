import type { ConfigurationError } from '@lethe/service';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';
import { CALLERS } from './testing/world.js';

const GOOD = {
  DATABASE_URL: 'postgres://sweep@127.0.0.1/sweep',
  NATS_URL: 'nats://127.0.0.1:4222',
  GRPC_CALLERS: CALLERS,
  WORKSPACE_SERVICE_ADDRESS: '127.0.0.1:7001',
  GRPC_TOKEN: 'token',
  STORE_ID: '11111111-2222-4333-8444-555555555555',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_REGION: 'us-east-1',
  S3_BUCKET: 'blocks',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};
const faultsOf = (env: Record<string, string | undefined>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return (error as ConfigurationError).faults;
  }
};

describe('readConfig', () => {
  it('needs no more than this', () => {
    expect(readConfig(GOOD)).toMatchObject({
      concurrency: 4,
      stores: [{ organizations: [], options: { kind: 's3', name: 'primary', forcePathStyle: false } }],
    });
  });

  it.each(Object.keys(GOOD))('names what is missing: %s', (name) => {
    expect(faultsOf({ ...GOOD, [name]: ' ' })).toEqual([expect.stringContaining(name)]);
  });

  it('takes an empty name of the store for none', () => {
    expect(readConfig({ ...GOOD, STORE_NAME: ' ' }).stores[0]?.options.name).toBe('primary');
  });

  it('knows realm-purge where both its settings are there, and never by one alone', () => {
    const both = { REALM_PURGE_ADDRESS: '127.0.0.1:7002', REALM_PURGE_TOKEN: 'other' };
    expect(readConfig({ ...GOOD, ...both }).realms).toEqual({
      realmPurgeAddress: '127.0.0.1:7002',
      realmPurgeToken: 'other',
    });
    expect(readConfig(GOOD).realms).toBeUndefined();
    for (const name of Object.keys(both))
      expect(faultsOf({ ...GOOD, ...both, [name]: ' ' })).toEqual([expect.stringContaining(name)]);
    expect(faultsOf({ ...GOOD, ...both, REALM_PURGE_ADDRESS: 'there' })).toHaveLength(1);
  });

  it('names every fault at once', () => {
    expect(faultsOf({})).toHaveLength(Object.keys(GOOD).length);
  });

  it.each([
    ['DATABASE_URL', 'mysql://x/y'],
    ['S3_ENDPOINT', '127.0.0.1:9000'],
    ['S3_FORCE_PATH_STYLE', 'yes'],
    ['SWEEP_CONCURRENCY', '0'],
    ['SWEEP_CONCURRENCY', '65'],
    ['SWEEP_CONCURRENCY', '1e1'],
    ['NATS_STREAM_REPLICAS', '6'],
    ['GRPC_CALLERS', 'operator=token'],
    ['GRPC_LISTEN', '127.0.0.1'],
    ['RECONCILE_MS', '-1'],
    ['LOG_LEVEL', 'loud'],
    ['STORE_NAME', 'x'.repeat(65)],
    ['STORE_NAME', 'my store'],
    ['STORE_ID', 'primary'],
    ['STORE_ID', '11111111-2222-4333-8444-55555555555A'],
    ['S3_SECRET_ACCESS_KEY_FILE', '/nowhere/at/all'],
  ])('names what is wrong: %s=%s', (name, value) => {
    expect(faultsOf({ ...GOOD, [name]: value }).join()).toContain(name.replace(/_FILE$/, ''));
  });
});
