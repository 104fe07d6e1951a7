import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import { readAuthoritySettings, type AuthoritySettings } from '@lethe/participant';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration, readServerSettings, type ServerSettings } from '@lethe/service';
import type { z } from 'zod';
import type { RealmsSettings } from './realms/realms.js';
import { readStoresFile, STORE_ID, STORE_NAME, type ConfiguredStore } from './stores/stores-file.js';

export interface Config extends ServerSettings, MessagingSettings, AuthoritySettings {
  readonly databaseUrl: string;
  /** Every store that holds blocks; a page is swept when it is gone from each of its organization's. */
  readonly stores: readonly ConfiguredStore[];
  /** Who knows of blocks; only orphan objects need it. */
  readonly realms: RealmsSettings | undefined;
  /** Pages in hand at once. */
  readonly concurrency: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Environment = process.env): Config {
  const c = new Configuration({ ...env, STORE_NAME: env['STORE_NAME']?.trim() || 'primary' });
  return c.finish<Config>({
    ...readServerSettings(c, { grpc: 7003, admin: 9003 }),
    ...readMessagingSettings(c),
    ...readAuthoritySettings(c),
    databaseUrl: readDatabaseUrl(c),
    stores: readStores(c, env),
    realms: readRealms(c),
    concurrency: c.integer('SWEEP_CONCURRENCY', 4, 1, 64),
  });
}

/** Both or neither. */
function readRealms(c: Configuration): RealmsSettings | undefined {
  const [address, token] = [c.optionalText('REALM_PURGE_ADDRESS'), c.optionalText('REALM_PURGE_TOKEN')];
  if (address === undefined && token === undefined) return undefined;
  return {
    realmPurgeAddress: c.address('REALM_PURGE_ADDRESS'),
    realmPurgeToken: c.text('REALM_PURGE_TOKEN', 'the token realm-purge knows this service by'),
  };
}

const ONE_STORE = [
  'STORE_ID',
  'S3_ENDPOINT',
  'S3_REGION',
  'S3_BUCKET',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
];

/** Several stores, or one that is not S3, are named in a file; a single bucket may be named by variables. */
function readStores(c: Configuration, env: Environment): readonly ConfiguredStore[] {
  if ((env['STORES_FILE'] ?? '').trim() === '') return [readOneStore(c, env)];
  const both = ONE_STORE.filter((name) => [name, `${name}_FILE`].some((n) => (env[n] ?? '').trim() !== ''));
  c.must(both.length === 0, `STORES_FILE names the stores: leave ${both.join(', ')} away`);
  return c.parsed('STORES_FILE', 'a JSON file that names the stores', (path) => readStoresFile(path, env));
}

function readOneStore(c: Configuration, env: Environment): ConfiguredStore {
  const keys = {
    accessKeyId: c.text('S3_ACCESS_KEY_ID', 'the key id that may delete and list, and nothing else'),
    secretAccessKey: c.text('S3_SECRET_ACCESS_KEY', "that key's secret (or S3_SECRET_ACCESS_KEY_FILE)"),
  };
  const [accessKeyIdFile, secretAccessKeyFile] = [
    env['S3_ACCESS_KEY_ID_FILE'],
    env['S3_SECRET_ACCESS_KEY_FILE'],
  ];
  return {
    organizations: [],
    options: {
      kind: 's3',
      name: c.parsed('STORE_NAME', "the store's name in certificates", checked(STORE_NAME)),
      id: c.parsed(
        'STORE_ID',
        "the id of the marker in the store, a UUID: its object's key is .lethe-store/<id>",
        checked(STORE_ID),
      ),
      endpoint: c.url('S3_ENDPOINT', 'the address of the object storage, as in https://s3.example.org', [
        'http',
        'https',
      ]),
      region: c.text('S3_REGION', "the object storage's region, as in us-east-1"),
      bucket: c.text('S3_BUCKET', 'the bucket that holds the blocks'),
      forcePathStyle: c.oneOf('S3_FORCE_PATH_STYLE', 'false', ['true', 'false']) === 'true',
      // In files they can change while the service runs.
      ...(accessKeyIdFile && secretAccessKeyFile ? { accessKeyIdFile, secretAccessKeyFile } : keys),
    },
  };
}

const checked =
  (schema: z.ZodType<string>) =>
  (value: string): string => {
    const { error, data } = schema.safeParse(value);
    if (error) throw new Error(error.issues.map(({ message }) => message).join('; '));
    return data;
  };
