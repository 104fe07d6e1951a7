import { ConfigurationError } from '@lethe/service';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const GOOD = {
  WORKSPACE_SERVICE_ADDRESS: '127.0.0.1:7001',
  GRPC_TOKEN: 'token',
  REALM_PURGE_ADDRESS: '127.0.0.1:7002',
  REALM_PURGE_TOKEN: 'token-2',
  BLOB_SWEEPER_ADDRESS: '127.0.0.1:7003',
  BLOB_SWEEPER_TOKEN: 'token-3',
  JWKS_URL: 'https://issuer.test/keys',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'lethe',
};

describe('readConfig', () => {
  it('needs nine settings and has a default for the others', () => {
    expect(readConfig(GOOD)).toEqual({
      listen: '127.0.0.1:8080',
      adminListen: '127.0.0.1:9000',
      workspaceServiceAddress: '127.0.0.1:7001',
      grpcToken: 'token',
      realmPurgeAddress: '127.0.0.1:7002',
      realmPurgeToken: 'token-2',
      blobSweeperAddress: '127.0.0.1:7003',
      blobSweeperToken: 'token-3',
      grpcDeadlineMs: 5_000,
      jwksUrl: 'https://issuer.test/keys',
      jwtIssuer: 'https://issuer.test',
      jwtAudience: 'lethe',
      rateLimitPerMinute: 1_200,
      rateLimitPerMinuteOrganization: 12_000,
      rateLimitPerMinuteAddress: 12_000,
      trustedProxies: [],
      corsOrigins: [],
      logLevel: 'info',
    });
  });

  it('names everything that is missing at once', () => {
    const missing = faultsOf({});
    for (const name of Object.keys(GOOD)) expect(missing).toContain(name);
  });

  it.each([
    ['LISTEN', 'nowhere'],
    ['LISTEN', '127.0.0.1:99999'],
    ['WORKSPACE_SERVICE_ADDRESS', 'http://x'],
    ['GRPC_TOKEN', 'two words'],
    ['GRPC_TOKEN', 'línea'],
    ['GRPC_TOKEN_FILE', '/does/not/exist'],
    ['REALM_PURGE_ADDRESS', 'realm-purge'],
    ['REALM_PURGE_TOKEN', 'two words'],
    ['REALM_PURGE_TOKEN', 'token'],
    ['BLOB_SWEEPER_ADDRESS', ':x'],
    ['BLOB_SWEEPER_TOKEN', ''],
    ['BLOB_SWEEPER_TOKEN', 'token-2'],
    ['GRPC_DEADLINE_MS', '0'],
    ['GRPC_DEADLINE_MS', '1e3'],
    ['JWKS_URL', 'file:///etc/passwd'],
    ['JWKS_URL', 'issuer'],
    ['JWT_ISSUER', ' '],
    ['RATE_LIMIT_PER_MINUTE', '-1'],
    ['RATE_LIMIT_PER_MINUTE', '9'.repeat(30)],
    ['RATE_LIMIT_PER_MINUTE_ADDRESS', '0'],
    ['RATE_LIMIT_PER_MINUTE_ORGANIZATION', 'many'],
    ['ADMIN_LISTEN', '9004'],
    ['CORS_ORIGINS', 'app.example.org'],
    ['CORS_ORIGINS', 'https://app.example.org/'],
    ['CORS_ORIGINS', 'https://app.example.org,'],
    ['CORS_ORIGINS', '*,https://app.example.org'],
    ['CORS_ORIGINS', 'https://*.example.org'],
    ['TRUSTED_PROXIES', 'proxy.example.org'],
    ['TRUSTED_PROXIES', '0.0.0.0/0'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '::/129'],
    ['TRUSTED_PROXIES', '10.0.0.0/8/8'],
    ['TRUSTED_PROXIES', '10.0.0.1 10.0.0.2'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is a fault that names it', (name, value) => {
    expect(faultsOf({ ...GOOD, [name]: value })).toContain(name);
  });
});

it('takes lists', () => {
  const { corsOrigins, trustedProxies } = readConfig({
    ...GOOD,
    CORS_ORIGINS: 'https://app.example.org, http://localhost:3000',
    TRUSTED_PROXIES: '10.0.0.0/8,192.0.2.1, 2001:db8::/32',
  });
  expect(corsOrigins).toEqual(['https://app.example.org', 'http://localhost:3000']);
  expect(trustedProxies).toEqual(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32']);
  expect(readConfig({ ...GOOD, CORS_ORIGINS: '*' }).corsOrigins).toEqual(['*']);
});

function faultsOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
  }
  throw new Error('there was no fault');
}
