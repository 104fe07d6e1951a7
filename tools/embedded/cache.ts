import { lstat, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closedTo, isRoot, ownUid } from './machine.js';
import { MissingPiece } from './missing-piece.js';

/**
 * The directory that downloads go to and are reused from: the given one, $LETHE_CACHE, else the user's cache. For root
 * it is one outside root's home, because the servers run as `nobody` and must read their programs there.
 */
export async function cacheDirectory(given: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const usual = isRoot
    ? join(tmpdir(), 'lethe-cache-root')
    : join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'lethe');
  const directory = resolve(given ?? (env['LETHE_CACHE'] || usual));
  const made = await mkdir(directory, { recursive: true, mode: 0o755 }).then(
    () => true,
    () => false,
  );
  const found = made ? await lstat(directory) : undefined;
  // Programs are run out of this directory: nobody else may be able to put one there.
  if (!found?.isDirectory() || found.uid !== ownUid || (found.mode & 0o022) !== 0) {
    throw new MissingPiece(
      `The cache ${directory} is not a directory that only you can write: set LETHE_CACHE to one that is.`,
    );
  }
  const closed = isRoot ? await closedTo(directory) : undefined;
  if (closed !== undefined) {
    throw new MissingPiece(
      `The servers run as nobody, who cannot read the cache ${directory} because ${closed} is closed to other users: set LETHE_CACHE to a directory that is open.`,
    );
  }
  return directory;
}
