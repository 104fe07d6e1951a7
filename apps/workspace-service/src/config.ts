import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration, readServerSettings, type Callers, type ServerSettings } from '@lethe/service';
import { PATIENCE, type Patience } from './deletion/standstill.js';
import type { KeyTexts } from './signing/signing-keys.js';
import { parseParticipants, type RequiredParticipants } from './deletion/participants.js';

export interface Config extends ServerSettings, MessagingSettings, Patience {
  readonly databaseUrl: string;
  readonly participants: RequiredParticipants;
  readonly certificateKey: string;
  /** The key and the retired ones as they are now: their files may have been exchanged. Absent: the key above, for good. */
  readonly readKeys?: () => KeyTexts;
  /** How long before a deletion may be purged subscribers are told. */
  readonly purgeNoticeSeconds: number;
}

const WEEK_SECONDS = 7 * 86_400;
/** As in the limits of a deletion policy. */
const CENTURY_SECONDS = 3_155_760_000;
/** With the time between two looks less than the five minutes within which it must be alarmed. */
const MAX_NO_PROGRESS_SECONDS = 280;

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration(env);
  const server = readServerSettings(c, { grpc: 7001, admin: 9001 });
  const participants = c.parsed(
    'REQUIRED_PARTICIPANTS',
    'the services without whose report no certificate is written, as in realm-purge:blocks,blob-sweeper:blocks',
    parseParticipants,
  );
  // What could not be read is undefined here, and a fault of its own.
  for (const name of (participants as RequiredParticipants | undefined)?.keys() ?? [])
    c.must(
      (server.callers as Callers | undefined)?.has(name) ?? true,
      `GRPC_CALLERS has no token for ${name}, which REQUIRED_PARTICIPANTS names: it could never report`,
    );
  return c.finish<Config>({
    ...server,
    ...readMessagingSettings(c),
    databaseUrl: readDatabaseUrl(c),
    participants,
    ...readKeys(c),
    readKeys: () => {
      const again = new Configuration(env);
      return again.finish(readKeys(again));
    },
    purgeNoticeSeconds: c.integer('PURGE_NOTICE_SECONDS', WEEK_SECONDS, 1, CENTURY_SECONDS),
    noProgressSeconds: c.integer(
      'NO_PROGRESS_SECONDS',
      PATIENCE.noProgressSeconds,
      10,
      MAX_NO_PROGRESS_SECONDS,
    ),
  });
}

function readKeys(c: Configuration): KeyTexts {
  return {
    certificateKey: c.text(
      'CERTIFICATE_KEY',
      'an Ed25519 private key as a JSON Web Key (or CERTIFICATE_KEY_FILE)',
    ),
    retiredKeys: c.optionalText('CERTIFICATE_RETIRED_KEYS'),
  };
}
