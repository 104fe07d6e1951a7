import { isCanonicalUuid } from '@lethe/contracts';
import { readMessagingSettings, type MessagingSettings } from '@lethe/messaging';
import type { S3StoreOptions } from '@lethe/object-store';
import { readAuthoritySettings, type AuthoritySettings } from '@lethe/participant';
import { readDatabaseUrl } from '@lethe/postgres';
import { Configuration, readServerSettings, type ServerSettings } from '@lethe/service';

export interface Config extends ServerSettings, MessagingSettings, AuthoritySettings {
  readonly databaseUrl: string;
  /** Every store that holds blocks; a page is swept when it is gone from each. */
  readonly stores: readonly S3StoreOptions[];
  /** Pages in hand at once. */
  readonly concurrency: number;
}

/** The only reader of the environment. @throws ConfigurationError naming every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const c = new Configuration({ ...env, STORE_NAME: env['STORE_NAME']?.trim() || 'primary' });
  return c.finish<Config>({
    ...readServerSettings(c, { grpc: 7003, admin: 9003 }),
    ...readMessagingSettings(c),
    ...readAuthoritySettings(c),
    databaseUrl: readDatabaseUrl(c),
    stores: [
      {
        name: c.parsed('STORE_NAME', "the store's name in certificates", parseStoreName),
        id: c.parsed(
          'STORE_ID',
          "the id of the marker in the store, a UUID: its object's key is .lethe-store/<id>",
          parseStoreId,
        ),
        endpoint: c.url('S3_ENDPOINT', 'the address of the object storage, as in https://s3.example.org', [
          'http',
          'https',
        ]),
        region: c.text('S3_REGION', "the object storage's region, as in us-east-1"),
        bucket: c.text('S3_BUCKET', 'the bucket that holds the blocks'),
        accessKeyId: c.text('S3_ACCESS_KEY_ID', 'the key id that may delete and list, and nothing else'),
        secretAccessKey: c.text('S3_SECRET_ACCESS_KEY', "that key's secret (or S3_SECRET_ACCESS_KEY_FILE)"),
        forcePathStyle: c.oneOf('S3_FORCE_PATH_STYLE', 'false', ['true', 'false']) === 'true',
      },
    ],
    concurrency: c.integer('SWEEP_CONCURRENCY', 4, 1, 64),
  });
}

function parseStoreId(text: string): string {
  if (!isCanonicalUuid(text)) throw new Error('write the UUID in lower case, with hyphens');
  return text;
}

/** It stands in certificates and lists, for years. */
function parseStoreName(text: string): string {
  if (!/^[A-Za-z0-9][\w.:-]{0,63}$/.test(text))
    throw new Error('take up to 64 letters, digits and any of "_.:-", with a letter or digit first');
  return text;
}
