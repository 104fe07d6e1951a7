import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import { readAuthoritySettings, type AuthoritySettings } from '@lethe/participant';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration } from '@lethe/service';
import { LOG_LEVELS, type LogLevel } from '@lethe/telemetry';

export interface Config extends AuthoritySettings {
  /** The name that REQUIRED_PARTICIPANTS and GRPC_CALLERS of the workspace service have. */
  readonly participant: string;
  readonly databaseUrl: string;
  /** Undefined: purges are found at the next look. */
  readonly messaging: MessagingSettings | undefined;
  readonly adminListen: string;
  readonly reconcileMs: number;
  /** Documents deleted at once. */
  readonly batch: number;
  readonly logLevel: LogLevel;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration(env);
  return c.finish<Config>({
    ...readAuthoritySettings(c),
    participant: c.optionalText('PARTICIPANT') ?? 'search-index',
    databaseUrl: readDatabaseUrl(c),
    messaging: c.optionalText('NATS_URL') === undefined ? undefined : readMessagingSettings(c),
    adminListen: c.address('ADMIN_LISTEN', '127.0.0.1:9010'),
    reconcileMs: c.integer('RECONCILE_MS', 5_000, 50, 3_600_000),
    batch: c.integer('ERASE_BATCH', 500, 1, 10_000),
    logLevel: c.oneOf<LogLevel>('LOG_LEVEL', 'info', LOG_LEVELS),
  });
}
