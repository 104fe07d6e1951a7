import { chmod, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { placeKept } from './kept-place.js';
import { takeLock } from './lock.js';
import { exists } from './machine.js';
import { keptSecrets, makeSecrets, type Secrets } from './secrets.js';

/** Data that live in memory and go with the stack, or data that stay in a directory. */
export type Data = 'throwaway' | { directory: string };

/** Where the servers of one start keep their data. */
export interface DataDirectory {
  path: string;
  kept: boolean;
  secrets: Secrets;
  /** The open lock file of a kept directory; every server inherits it. */
  lock?: number;
  /** Gives the directory back; throw-away data are removed. The servers must have stopped. */
  release(): Promise<void>;
}

export async function openData(data: Data, say: (line: string) => void): Promise<DataDirectory> {
  return data === 'throwaway' ? openThrowaway() : openKept(data.directory, say);
}

/** A fresh directory for this start; those of starts that were killed (same pid namespace, process gone) go now. */
async function openThrowaway(): Promise<DataDirectory> {
  const namespace = (await readlink('/proc/self/ns/pid')).replace(/\D/g, '');
  for (const name of await readdir(tmpdir())) {
    const [, itsNamespace, pid] = /^lethe-run-(\d+)-(\d+)-/.exec(name) ?? [];
    if (itsNamespace !== namespace || (await exists(`/proc/${pid}`))) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {}); // another user's: not ours
  }
  const path = await mkdtemp(join(tmpdir(), `lethe-run-${namespace}-${process.pid}-`));
  await chmod(path, 0o711); // the servers' user passes through to its own directories, which are closed
  return {
    path,
    kept: false,
    secrets: makeSecrets(),
    release: () => rm(path, { recursive: true, force: true }),
  };
}

async function openKept(directory: string, say: (line: string) => void): Promise<DataDirectory> {
  const path = await placeKept(resolve(directory), say);
  const lock = await takeLock(path);
  try {
    return {
      path,
      kept: true,
      lock: lock.fd,
      secrets: await keptSecrets(path),
      release: () => lock.release(),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
