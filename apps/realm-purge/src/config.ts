import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import { readAuthoritySettings, type AuthoritySettings } from '@lethe/participant';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration, readServerSettings, type ServerSettings } from '@lethe/service';

export interface Config extends ServerSettings, MessagingSettings, AuthoritySettings {
  readonly databaseUrl: string;
  /** Pages of one purge in flight at once. */
  readonly windowPages: number;
  readonly pageBlocks: number;
  /** A page without a receipt is released again after this time. */
  readonly rereleaseMs: number;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration(env);
  return c.finish<Config>({
    ...readServerSettings(c, { grpc: 7002, admin: 9002 }),
    ...readMessagingSettings(c),
    ...readAuthoritySettings(c),
    databaseUrl: readDatabaseUrl(c),
    windowPages: c.integer('RELEASE_WINDOW_PAGES', 16, 1, 1_000),
    pageBlocks: c.integer('PAGE_BLOCKS', 1_000, 1, 1_000),
    rereleaseMs: c.integer('RERELEASE_MS', 60_000, 100, 86_400_000),
  });
}
