import { lstat, unlink } from 'node:fs/promises';
import { ifMissing, type OpenDirectory } from './filesystem-directory.js';
import { codeOf } from './filesystem-error.js';
import type { ListedVersion } from './object-store.js';

/** A file has no versions; it counts as the one that a bucket without versions has. */
export const ONLY_VERSION = 'null';

/**
 * What has the name now, by a look at the directory itself; undefined: nothing. Whatever it is counts, a link and a directory too: only
 * an entry that is not there is gone.
 */
export async function findEntry(
  directory: OpenDirectory,
  name: string,
  key: string,
): Promise<ListedVersion | undefined> {
  const stats = await lstat(directory.at(name)).catch(ifMissing);
  if (stats === undefined) return undefined;
  const bytes = stats.isFile() ? stats.size : 0;
  return { key, versionId: ONLY_VERSION, bytes, modified: stats.mtime, isMarker: false };
}

/**
 * Takes a block's file out of its directory; answers the code of what was in the way. Only a file of its own goes: behind another entry,
 * or another link, the block's bytes would stay.
 */
export async function unlinkBlock(directory: OpenDirectory, name: string): Promise<string | undefined> {
  const path = directory.at(name);
  try {
    const stats = await lstat(path);
    if (!stats.isFile()) return 'NotARegularFile';
    if (stats.nlink > 1) return 'OtherLinks';
    await unlink(path);
    return undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : codeOf(error);
  }
}
