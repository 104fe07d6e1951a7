import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import { readAuthoritySettings, type AuthoritySettings } from '@lethe/participant';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration, readServerSettings, type ServerSettings } from '@lethe/service';

export interface Config extends ServerSettings, MessagingSettings, AuthoritySettings {
  readonly databaseUrl: string;
  /** Pages of one purge in flight at once. */
  readonly windowPages: number;
  /** Pages of all purges in flight at once. */
  readonly maxPagesInFlight: number;
  readonly pageBlocks: number;
  /** A page without a receipt is released again after this time. */
  readonly rereleaseMs: number;
  /** No block is released before: an upload that was under way at the fence, with a presigned address perhaps, is over then. */
  readonly uploadQuarantineSeconds: number;
  /** Steps of purges made at once; each takes a connection. */
  readonly stepConcurrency: number;
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
    maxPagesInFlight: c.integer('MAX_PAGES_IN_FLIGHT', 1_024, 1, 100_000),
    // A store lists a thousand items at once, and has to show what comes behind a page's last key.
    pageBlocks: c.integer('PAGE_BLOCKS', 990, 1, 1_000),
    rereleaseMs: c.integer('RERELEASE_MS', 60_000, 100, 86_400_000),
    uploadQuarantineSeconds: c.integer('UPLOAD_QUARANTINE_SECONDS', 3_600, 0, 604_800),
    stepConcurrency: c.integer('STEP_CONCURRENCY', 8, 1, 12),
  });
}
