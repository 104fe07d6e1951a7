import { Configuration } from '@lethe/service';
import type { LogLevel } from '@lethe/telemetry';
import { isOrigin } from './http/cors.js';
import { isNetwork } from './http/trusted-proxies.js';

export interface GatewayConfig {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** The same, for health and metrics: nothing that the world should read. */
  readonly adminListen: string;
  readonly workspaceServiceAddress: string;
  readonly grpcToken: string;
  /** Asked for previews of a deletion only. */
  readonly realmPurgeAddress: string;
  readonly realmPurgeToken: string;
  readonly blobSweeperAddress: string;
  readonly blobSweeperToken: string;
  readonly grpcDeadlineMs: number;
  readonly jwksUrl: string;
  readonly jwtIssuer: string;
  readonly jwtAudience: string;
  /** Of one user. */
  readonly rateLimitPerMinute: number;
  readonly rateLimitPerMinuteOrganization: number;
  readonly rateLimitPerMinuteAddress: number;
  /** Addresses and networks whose X-Forwarded-For says who calls. */
  readonly trustedProxies: readonly string[];
  /** Whose pages may read the answers; `*` alone: everybody's. */
  readonly corsOrigins: readonly string[];
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
  const config = {
    listen: read.address('LISTEN', '127.0.0.1:8080'),
    adminListen: read.address('ADMIN_LISTEN', '127.0.0.1:9000'),
    workspaceServiceAddress: read.address('WORKSPACE_SERVICE_ADDRESS'),
    grpcToken: read.parsed('GRPC_TOKEN', 'the token workspace-service knows the gateway by', visibleAscii),
    realmPurgeAddress: read.address('REALM_PURGE_ADDRESS'),
    realmPurgeToken: read.parsed(
      'REALM_PURGE_TOKEN',
      'the token realm-purge knows the gateway by',
      visibleAscii,
    ),
    blobSweeperAddress: read.address('BLOB_SWEEPER_ADDRESS'),
    blobSweeperToken: read.parsed(
      'BLOB_SWEEPER_TOKEN',
      'the token blob-sweeper knows the gateway by',
      visibleAscii,
    ),
    grpcDeadlineMs: read.integer('GRPC_DEADLINE_MS', 5_000, 100, 60_000),
    jwksUrl: read.url('JWKS_URL', 'the address of the token issuer’s JSON Web Key Set', ['https', 'http']),
    jwtIssuer: read.text('JWT_ISSUER', 'the "iss" of the tokens to believe'),
    jwtAudience: read.text('JWT_AUDIENCE', 'the "aud" of the tokens to believe'),
    rateLimitPerMinute: read.integer('RATE_LIMIT_PER_MINUTE', 1_200, 1, 1_000_000),
    rateLimitPerMinuteOrganization: read.integer('RATE_LIMIT_PER_MINUTE_ORGANIZATION', 12_000, 1, 10_000_000),
    rateLimitPerMinuteAddress: read.integer('RATE_LIMIT_PER_MINUTE_ADDRESS', 12_000, 1, 10_000_000),
    trustedProxies: list(
      read,
      'TRUSTED_PROXIES',
      'must be addresses or networks like 10.0.0.0/8, separated by commas',
      isNetwork,
    ),
    corsOrigins: list(
      read,
      'CORS_ORIGINS',
      'must be * alone, or origins as browsers send them, like https://app.example.org, separated by commas',
      (origin, { length }) => (origin === '*' ? length === 1 : isOrigin(origin)),
    ),
    logLevel: read.oneOf('LOG_LEVEL', 'info', LOG_LEVELS),
  } satisfies GatewayConfig;
  const tokens = [config.grpcToken, config.realmPurgeToken, config.blobSweeperToken].filter(Boolean);
  read.must(
    new Set(tokens).size === tokens.length,
    'GRPC_TOKEN, REALM_PURGE_TOKEN and BLOB_SWEEPER_TOKEN must differ: who sees one of them must not be the gateway to another',
  );
  return read.finish(config);
}

/** Texts separated by commas; none without the setting. */
function list(
  read: Configuration,
  name: string,
  sentence: string,
  isGood: (item: string, items: readonly string[]) => boolean,
): readonly string[] {
  const items = (read.optionalText(name) ?? '').split(',').map((item) => item.trim());
  const given = items.length === 1 && items[0] === '' ? [] : items;
  read.must(
    given.every((item) => isGood(item, given)),
    `${name} ${sentence}`,
  );
  return given;
}

/** What gRPC metadata can carry. */
function visibleAscii(token: string): string {
  if (!/^[!-~]+$/.test(token)) throw new Error('a token is visible ASCII without spaces');
  return token;
}
