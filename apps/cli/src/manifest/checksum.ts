import { lstat, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { reasonOf } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { createDraft } from './draft.js';

export const checksumPath = (path: string): string => `${path}.sha256`;

/** The line that `sha256sum` writes of a file in its own folder, so that `sha256sum -c` verifies it there. */
export function checksumLine(path: string, digest: string): string {
  const name = basename(path);
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${digest}  ${escaped}\n`;
}

/** Writes a list's checksum beside it, durably; fine where it stands there already. Another checksum is never replaced. */
export async function saveChecksum(path: string, digest: string): Promise<void> {
  const place = checksumPath(path);
  const draft = await createDraft(place);
  try {
    await draft.write(checksumLine(path, digest));
    if ((await draft.publish()) === 'published') return;
  } finally {
    await draft.discard();
  }
  if ((await readChecksum(path)) !== digest)
    throw new Failure(EXIT.refused, `${place} is the checksum of other content than ${path} has`);
}

/** The digest that stands beside a list; undefined where none does. */
export async function readChecksum(path: string): Promise<string | undefined> {
  const place = checksumPath(path);
  let line: string;
  try {
    // Asked first: a wrong file may be large.
    if ((await lstat(place)).size > 4_096) throw notOne(place);
    line = await readFile(place, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure(EXIT.usage, `cannot read ${place}: ${reasonOf(error)}`);
  }
  const digest = /^\\?([0-9a-f]{64}) [ *][^\n]+\n?$/.exec(line)?.[1];
  if (digest === undefined) throw notOne(place);
  return digest;
}

const notOne = (place: string) =>
  new Failure(EXIT.refused, `${place} is not one line as sha256sum writes it`);
