import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  roles: Record<'workspace' | 'realm' | 'sweep', string>;
  natsToken: string;
  s3: Record<'admin' | 'writer' | 'sweeper', S3Keys>;
}

const random = (bytes = 20): string => randomBytes(bytes).toString('hex');
const randomKeys = (): S3Keys => ({ accessKeyId: random(10), secretAccessKey: random() });

export function makeSecrets(): Secrets {
  return {
    postgres: random(),
    roles: { workspace: random(), realm: random(), sweep: random() },
    natsToken: random(),
    s3: { admin: randomKeys(), writer: randomKeys(), sweeper: randomKeys() },
  };
}

/** The secrets of a kept data directory; made at its first start, in a file that only its owner can read. */
export async function keptSecrets(directory: string): Promise<Secrets> {
  const file = join(directory, 'secrets.json');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) {
    try {
      return JSON.parse(text) as Secrets;
    } catch {
      throw new MissingPiece(
        `${file} is damaged and the data cannot be opened without it: begin anew with --fresh.`,
      );
    }
  }
  const secrets = makeSecrets();
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 1), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file); // whole or not at all
  return secrets;
}
