import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration, readServerSettings, type ServerSettings } from '@lethe/service';

export interface Config extends ServerSettings, MessagingSettings {
  readonly databaseUrl: string;
  /** For the embedded stack alone: plain http, and endpoints within this network. */
  readonly allowInsecure: boolean;
  /** Requests under way at once. */
  readonly concurrency: number;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration(env);
  return c.finish<Config>({
    ...readServerSettings(c, { grpc: 7004, admin: 9004 }),
    ...readMessagingSettings(c),
    databaseUrl: readDatabaseUrl(c),
    allowInsecure: c.oneOf('ALLOW_INSECURE_WEBHOOKS', 'false', ['true', 'false']) === 'true',
    concurrency: c.integer('SEND_CONCURRENCY', 128, 1, 1024),
  });
}
