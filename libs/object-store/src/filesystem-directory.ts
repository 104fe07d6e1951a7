import { constants } from 'node:fs';
import { lstat, open, opendir, type FileHandle } from 'node:fs/promises';
import { FilesystemStoreError, codeOf } from './filesystem-error.js';
import { STORE_MARKERS } from './object-store.js';

/** A directory that stays the one that was opened, whatever happens to its name meanwhile. */
export interface OpenDirectory {
  /** Of an entry in it. */
  at(name: string): string;
  /** For listing it. */
  readonly path: string;
  /** The device and inode. */
  readonly identity: string;
  readonly device: bigint;
  /** What was taken out of it stays out, also when the power fails. */
  sync(): Promise<void>;
}

export interface StoreDirectory {
  readonly id: string;
  readonly directory: string;
}

const MARKERS = STORE_MARKERS.slice(0, -1);
const READ = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * Opens the store's directory, whether or not its marker is in it. What comes under `work` sees one and the same directory: that of
 * a file system which is unmounted meanwhile, or nothing.
 */
export async function withDirectory<T>(
  directory: string,
  work: (root: OpenDirectory) => Promise<T>,
): Promise<T> {
  const handle = await open(directory, READ).catch((error: unknown) => {
    const missing = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    throw new FilesystemStoreError(missing ? 'NoDirectory' : codeOf(error), `cannot open ${directory}`);
  });
  return closing(handle, work);
}

/** As {@link withDirectory}, but rejects unless the marker is there: an empty mount point has every block "gone". */
export async function withRoot<T>(
  { id, directory }: StoreDirectory,
  work: (root: OpenDirectory) => Promise<T>,
): Promise<T> {
  return withDirectory(directory, async (root) => {
    const found = await within(root, MARKERS, async (markers) => {
      if (markers === undefined) return false;
      const stats = await lstat(markers.at(id)).catch(ifMissing);
      return stats?.isFile() === true;
    });
    if (!found)
      throw new FilesystemStoreError('NoMarker', `${directory} is not the store: no ${STORE_MARKERS}${id}`);
    return work(root);
  });
}

/**
 * Opens a directory of the root; undefined: there is none of that name. Rejects for whatever else has the name, for a link above all,
 * and where another file system is mounted: then the marker says nothing of what is, or was, in it.
 */
export async function within<T>(
  root: OpenDirectory,
  name: string,
  work: (directory: OpenDirectory | undefined) => Promise<T>,
): Promise<T> {
  const handle = await open(root.at(name), READ | constants.O_NOFOLLOW).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new FilesystemStoreError(codeOf(error), `cannot open ${name} as a directory of the store`);
  });
  if (handle === undefined) return work(undefined);
  return closing(handle, async (directory) => {
    if (directory.device !== root.device)
      throw new FilesystemStoreError('OtherFileSystem', `${name} is on another file system than the marker`);
    return work(directory);
  });
}

/** The names in a directory as bytes, in the system's order. */
export async function* namesIn(directory: OpenDirectory): AsyncGenerator<Buffer> {
  const options = { encoding: 'buffer', bufferSize: 1_024 } as unknown as { bufferSize: number };
  for await (const entry of await opendir(directory.path, options)) yield entry.name as unknown as Buffer;
}

export function ifMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
  return undefined;
}

async function closing<T>(handle: FileHandle, work: (directory: OpenDirectory) => Promise<T>): Promise<T> {
  try {
    const { dev, ino } = await handle.stat({ bigint: true });
    // By the descriptor and not by its path, which may lead elsewhere by now: Linux has openat, Node has this.
    const path = `/proc/self/fd/${handle.fd}`;
    return await work({
      path,
      at: (name) => `${path}/${name}`,
      identity: `${dev}:${ino}`,
      device: dev,
      sync: () => handle.sync(),
    });
  } finally {
    await handle.close();
  }
}
