import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DATABASES } from './databases.js';
import { MissingPiece } from './missing-piece.js';

/** The pair that signs S3 requests. */
export interface S3Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** All that opens the embedded servers. Made at random for each data directory; never printed, never committed. */
export interface Secrets {
  /** PostgreSQL's superuser. */
  postgres: string;
  /** One password for each service's role. */
  roles: Record<(typeof DATABASES)[number], string>;
  natsToken: string;
  s3: Record<'admin' | 'writer' | 'sweeper', S3Keys>;
}

const random = (bytes = 20): string => randomBytes(bytes).toString('hex');
const randomKeys = (): S3Keys => ({ accessKeyId: random(10), secretAccessKey: random() });

const randomRoles = () => Object.fromEntries(DATABASES.map((name) => [name, random()])) as Secrets['roles'];

export function makeSecrets(): Secrets {
  return {
    postgres: random(),
    roles: randomRoles(),
    natsToken: random(),
    s3: { admin: randomKeys(), writer: randomKeys(), sweeper: randomKeys() },
  };
}

/**
 * The secrets of a kept data directory; made at its first start, in a file that only its owner can read. A directory of an earlier
 * version gets those of the databases that came since.
 */
export async function keptSecrets(directory: string): Promise<Secrets> {
  const file = join(directory, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  const kept = text === undefined ? undefined : parse(text, file);
  if (kept !== undefined && DATABASES.every((name) => name in kept.roles)) return kept;
  const secrets = kept ? { ...kept, roles: { ...randomRoles(), ...kept.roles } } : makeSecrets();
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 1), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file); // whole or not at all
  return secrets;
}

function parse(text: string, file: string): Secrets {
  try {
    return JSON.parse(text) as Secrets;
  } catch {
    throw new MissingPiece(
      `${file} is damaged and the data cannot be opened without it: begin anew with --fresh.`,
    );
  }
}
