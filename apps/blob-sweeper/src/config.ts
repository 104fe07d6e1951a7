import type { S3StoreOptions } from '@lethe/object-store';
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
  /** Every store that holds blocks; a page is swept when it is gone from each. */
  readonly stores: readonly S3StoreOptions[];
  /** Pages in hand at once. */
  readonly concurrency: number;
  readonly logLevel: LogLevel;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration({ ...env, STORE_NAME: env['STORE_NAME']?.trim() || 'primary' });
  return c.finish<Config>({
    databaseUrl: c.url('DATABASE_URL', "the URL of this service's own database", ['postgres', 'postgresql']),
    natsUrl: c.text('NATS_URL', 'the address of NATS, as in nats://host:4222'),
    natsToken: c.optionalText('NATS_TOKEN'),
    streamReplicas: c.integer('NATS_STREAM_REPLICAS', 1, 1, 5),
    grpcListen: c.address('GRPC_LISTEN', '127.0.0.1:7003'),
    adminListen: c.address('ADMIN_LISTEN', '127.0.0.1:9003'),
    callers: c.parsed('GRPC_CALLERS', 'the callers as name=<SHA-256 of the token in hex>,…', parseCallers),
    authorityAddress: c.address('WORKSPACE_SERVICE_ADDRESS'),
    authorityToken: c.text(
      'GRPC_TOKEN',
      "this service's token at the workspace service (or GRPC_TOKEN_FILE)",
    ),
    reconcileMs: c.integer('RECONCILE_MS', 5_000, 50, 3_600_000),
    stores: [
      {
        name: c.parsed('STORE_NAME', "the store's name in certificates", parseStoreName),
        endpoint: c.url('S3_ENDPOINT', 'the address of the object storage, as in https://s3.example.org', [
          'http',
          'https',
        ]),
        region: c.text('S3_REGION', "the object storage's region, as in us-east-1"),
        bucket: c.text('S3_BUCKET', 'the bucket that holds the blocks'),
        accessKeyId: c.text(
          'S3_ACCESS_KEY_ID',
          'the key id that may delete, list and head, and nothing else',
        ),
        secretAccessKey: c.text('S3_SECRET_ACCESS_KEY', "that key's secret (or S3_SECRET_ACCESS_KEY_FILE)"),
        forcePathStyle: c.oneOf('S3_FORCE_PATH_STYLE', 'false', ['true', 'false']) === 'true',
      },
    ],
    concurrency: c.integer('SWEEP_CONCURRENCY', 4, 1, 64),
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

/** It stands in certificates and lists, for years. */
function parseStoreName(text: string): string {
  if (!/^[A-Za-z0-9][\w.:-]{0,63}$/.test(text))
    throw new Error('take up to 64 letters, digits and any of "_.:-", with a letter or digit first');
  return text;
}
