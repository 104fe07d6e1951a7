import { Configuration, parseCallers, type Callers } from '@lethe/service';
import type { LogLevel } from '@lethe/telemetry';
import { parseParticipants, type RequiredParticipants } from './deletion/participants.js';

export interface Config {
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly natsToken: string | undefined;
  readonly streamReplicas: number;
  readonly grpcListen: string;
  readonly adminListen: string;
  readonly callers: Callers;
  readonly participants: RequiredParticipants;
  readonly certificateKey: string;
  readonly reconcileMs: number;
  readonly logLevel: LogLevel;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration(env);
  const callers = c.parsed(
    'GRPC_CALLERS',
    'the callers as name=<SHA-256 of the token in hex>,…',
    parseCallers,
  );
  const participants = c.parsed(
    'REQUIRED_PARTICIPANTS',
    'the services without whose report no certificate is written, as in realm-purge:blocks,blob-sweeper:blocks',
    parseParticipants,
  );
  // What could not be read is undefined here, and a fault of its own.
  for (const name of (participants as RequiredParticipants | undefined)?.keys() ?? [])
    c.must(
      (callers as Callers | undefined)?.has(name) ?? true,
      `GRPC_CALLERS has no token for ${name}, which REQUIRED_PARTICIPANTS names: it could never report`,
    );
  return c.finish<Config>({
    databaseUrl: c.url('DATABASE_URL', "the URL of this service's own database", ['postgres', 'postgresql']),
    natsUrl: c.parsed('NATS_URL', 'the address of NATS, as in nats://host:4222', parseServers),
    natsToken: c.optionalText('NATS_TOKEN'),
    streamReplicas: c.integer('NATS_STREAM_REPLICAS', 1, 1, 5),
    grpcListen: c.address('GRPC_LISTEN', '127.0.0.1:7001'),
    adminListen: c.address('ADMIN_LISTEN', '127.0.0.1:9001'),
    callers,
    participants,
    certificateKey: c.text(
      'CERTIFICATE_KEY',
      'an Ed25519 private key as a JSON Web Key (or CERTIFICATE_KEY_FILE)',
    ),
    reconcileMs: c.integer('RECONCILE_MS', 5_000, 50, 3_600_000),
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

/** One address or several, separated by commas; the client would only say so once it runs. */
function parseServers(text: string): string {
  const addresses = text.split(',').map((server) => server.trim().replace(/^(?:nats|tls):\/\//, ''));
  if (addresses.every((address) => /^[^\s/]+$/.test(address) && URL.canParse(`tcp://${address}`)))
    return text;
  throw new Error('write each address as nats://host:port, separated by commas');
}
