import { Configuration, parseCallers, type Callers } from '@lethe/service';
import type { LogLevel } from '@lethe/telemetry';

export interface Config {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsToken: string | undefined;
  readonly streamReplicas: number;
  readonly grpcListen: string;
  readonly adminListen: string;
  readonly callers: Callers;
  readonly authorityAddress: string;
  readonly authorityToken: string;
  readonly reconcileMs: number;
  /** Pages of one purge in flight at once. */
  readonly windowPages: number;
  readonly pageBlocks: number;
  /** A page without a receipt is released again after this time. */
  readonly rereleaseMs: number;
  readonly logLevel: LogLevel;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration(env);
  return c.finish<Config>({
    databaseUrl: c.url('DATABASE_URL', "the URL of this service's own database", ['postgres', 'postgresql']),
    natsUrl: c.text('NATS_URL', 'the address of NATS, as in nats://host:4222'),
    natsToken: c.optionalText('NATS_TOKEN'),
    streamReplicas: c.integer('NATS_STREAM_REPLICAS', 1, 1, 5),
    grpcListen: c.address('GRPC_LISTEN', '127.0.0.1:7002'),
    adminListen: c.address('ADMIN_LISTEN', '127.0.0.1:9002'),
    callers: c.parsed('GRPC_CALLERS', 'the callers as name=<SHA-256 of the token in hex>,…', parseCallers),
    authorityAddress: c.address('WORKSPACE_SERVICE_ADDRESS'),
    authorityToken: c.text(
      'GRPC_TOKEN',
      "this service's token at the workspace service (or GRPC_TOKEN_FILE)",
    ),
    reconcileMs: c.integer('RECONCILE_MS', 5_000, 50, 3_600_000),
    windowPages: c.integer('RELEASE_WINDOW_PAGES', 16, 1, 1_000),
    pageBlocks: c.integer('PAGE_BLOCKS', 1_000, 1, 1_000),
    rereleaseMs: c.integer('RERELEASE_MS', 60_000, 100, 86_400_000),
    logLevel: c.oneOf<LogLevel>('LOG_LEVEL', 'info', [
      'fatal',
      'error',
      'warn',
      'info',
      'debug',
      'trace',
      'silent',
    ]),
  });
}
