import { createHash } from 'node:crypto';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { takeLock } from './lock.js';
import { closedTo, exists, isRoot, ownUid } from './machine.js';
import { MissingPiece } from './missing-piece.js';

/** Where root's data go when the servers, who run as `nobody`, cannot reach the directory that was asked for. */
const ROOTS_PLACE = '/var/tmp/lethe-data-root';

/**
 * The directory that kept data really live in: the one asked for, except where the servers cannot reach it (root with
 * a checkout below a closed home). Makes it, and refuses one that is another user's.
 */
export async function placeKept(asked: string, say: (line: string) => void): Promise<string> {
  const path = await realPlace(asked);
  if (path !== asked) {
    say(`data are kept in ${path}: the servers run as nobody, who cannot reach ${asked}`);
    await ownDirectory(dirname(path), asked);
  }
  await ownDirectory(path, asked);
  return path;
}

/** Removes kept data, wherever they live; refuses while a stack runs on them. */
export async function removeKept(directory: string): Promise<void> {
  const path = await realPlace(resolve(directory));
  if (!(await exists(path))) return;
  await ownDirectory(path, directory);
  const lock = await takeLock(path);
  try {
    await rm(path, { recursive: true, force: true });
  } finally {
    await lock.release();
  }
}

async function realPlace(asked: string): Promise<string> {
  if (!isRoot || (await closedTo(dirname(asked))) === undefined) return asked;
  return join(ROOTS_PLACE, createHash('sha256').update(asked).digest('hex').slice(0, 12));
}

async function ownDirectory(path: string, asked: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o711 }).catch((error: unknown) => {
    throw new MissingPiece(
      `The data directory ${path} cannot be made (${(error as NodeJS.ErrnoException).code}): choose a place that you can write to.`,
    );
  });
  const found = await lstat(path);
  if (!found.isDirectory() || found.uid !== ownUid || (found.mode & 0o022) !== 0) {
    throw new MissingPiece(
      `The data in ${asked} belong to another user (${path}, uid ${found.uid}) or are open to others: start as their owner, or remove them.`,
    );
  }
}
