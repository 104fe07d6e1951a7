import { Configuration } from '@lethe/service';
import type { LogLevel } from '@lethe/telemetry';

export interface GatewayConfig {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly workspaceServiceAddress: string;
  readonly grpcToken: string;
  readonly grpcDeadlineMs: number;
  readonly jwksUrl: string;
  readonly jwtIssuer: string;
  readonly jwtAudience: string;
  readonly rateLimitPerMinute: number;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/**
 * Reads the gateway's settings. Nothing secret, and nothing that decides whom to believe, has a default.
 *
 * @throws ConfigurationError that names every fault.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): GatewayConfig {
  const read = new Configuration(env);
  return read.finish({
    listen: read.address('LISTEN', '127.0.0.1:8080'),
    workspaceServiceAddress: read.address('WORKSPACE_SERVICE_ADDRESS'),
    grpcToken: read.parsed('GRPC_TOKEN', 'the token workspace-service knows the gateway by', visibleAscii),
    grpcDeadlineMs: read.integer('GRPC_DEADLINE_MS', 5_000, 100, 60_000),
    jwksUrl: read.url('JWKS_URL', 'the address of the token issuer’s JSON Web Key Set', ['https', 'http']),
    jwtIssuer: read.text('JWT_ISSUER', 'the "iss" of the tokens to believe'),
    jwtAudience: read.text('JWT_AUDIENCE', 'the "aud" of the tokens to believe'),
    rateLimitPerMinute: read.integer('RATE_LIMIT_PER_MINUTE', 1_200, 1, 1_000_000),
    logLevel: read.oneOf('LOG_LEVEL', 'info', LOG_LEVELS),
  });
}

/** What gRPC metadata can carry. */
function visibleAscii(token: string): string {
  if (!/^[!-~]+$/.test(token)) throw new Error('a token is visible ASCII without spaces');
  return token;
}
