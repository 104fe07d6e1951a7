import { spawnSync } from 'node:child_process';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { MissingPiece } from './missing-piece.js';

/** A lock on a data directory; it ends with the last process that holds the file open, however that process ends. */
export interface Lock {
  fd: number;
  release(): Promise<void>;
}

/**
 * Takes the directory's lock. It belongs to the open file, which the servers inherit: so after a kill -9 of the
 * starter it is held until its servers have gone, and a new start never meets two servers on the same data.
 *
 * Refuses at once when the holder is alive; waits for servers that are ending.
 */
export async function takeLock(directory: string): Promise<Lock> {
  const path = join(directory, 'lock');
  const file = await open(path, 'a+', 0o600);
  try {
    if (!flock(file, 0)) {
      const holder = await readHolder(path);
      if (holder !== undefined || !flock(file, 30)) throw inUse(directory, holder);
    }
    await file.truncate();
    await file.write(JSON.stringify(await self()));
  } catch (error) {
    await file.close();
    throw error;
  }
  return { fd: file.fd, release: () => file.close() };
}

function inUse(directory: string, holder: number | undefined): MissingPiece {
  const who = holder === undefined ? 'another start' : `another start (process ${holder})`;
  return new MissingPiece(
    `The data in ${directory} are in use by ${who}: stop it first, or give this one a directory of its own.`,
  );
}

/** flock(1) locks the open file that it is handed, and leaves it locked: Node has no call for that. */
function flock(file: FileHandle, waitSeconds: number): boolean {
  const wait = waitSeconds === 0 ? ['--nonblock'] : ['--timeout', String(waitSeconds)];
  const result = spawnSync('flock', ['--exclusive', ...wait, '3'], {
    stdio: ['ignore', 'ignore', 'ignore', file.fd],
  });
  if (result.error) {
    throw new MissingPiece('This machine has no flock, which guards the kept data: install util-linux.');
  }
  return result.status === 0;
}

interface Holder {
  pid: number;
  /** A pid may be given to another process after a while: its start tells them apart. */
  startedAt: string | undefined;
}

const self = async (): Promise<Holder> => ({ pid: process.pid, startedAt: await startOf(process.pid) });

async function readHolder(path: string): Promise<number | undefined> {
  try {
    const { pid, startedAt } = JSON.parse(await readFile(path, 'utf8')) as Holder;
    const now = await startOf(pid);
    return now !== undefined && now === startedAt ? pid : undefined;
  } catch {
    return undefined; // just being written: the wait decides
  }
}

/** Field 22 of /proc/pid/stat, in clock ticks since boot; the name before it may hold spaces and parentheses. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}
