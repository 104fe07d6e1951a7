import { ConfigurationError } from '@lethe/service';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const GOOD = {
  WORKSPACE_SERVICE_ADDRESS: '127.0.0.1:7001',
  GRPC_TOKEN: 'token',
  JWKS_URL: 'https://issuer.test/keys',
  JWT_ISSUER: 'https://issuer.test',
  JWT_AUDIENCE: 'lethe',
};

describe('readConfig', () => {
  it('needs five settings and has a default for the others', () => {
    expect(readConfig(GOOD)).toEqual({
      listen: '127.0.0.1:8080',
      workspaceServiceAddress: '127.0.0.1:7001',
      grpcToken: 'token',
      grpcDeadlineMs: 5_000,
      jwksUrl: 'https://issuer.test/keys',
      jwtIssuer: 'https://issuer.test',
      jwtAudience: 'lethe',
      rateLimitPerMinute: 1_200,
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
    ['GRPC_DEADLINE_MS', '0'],
    ['GRPC_DEADLINE_MS', '1e3'],
    ['JWKS_URL', 'file:///etc/passwd'],
    ['JWKS_URL', 'issuer'],
    ['JWT_ISSUER', ' '],
    ['RATE_LIMIT_PER_MINUTE', '-1'],
    ['RATE_LIMIT_PER_MINUTE', '9'.repeat(30)],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is a fault that names it', (name, value) => {
    expect(faultsOf({ ...GOOD, [name]: value })).toContain(name);
  });
});

function faultsOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
  }
  throw new Error('there was no fault');
}
