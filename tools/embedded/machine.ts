import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { MissingPiece } from './missing-piece.js';
import { EMBEDDED_SERVERS, type Purpose } from './purpose.js';

const NOBODY = 65534;

/** This process's uid; -1 where the platform has none. */
export const ownUid = process.getuid?.() ?? -1;
export const isRoot = ownUid === 0;

/** Whom the servers run as: PostgreSQL refuses root, so for root all of them are `nobody`; else it is the caller. */
export const serversUser: { uid?: number; gid?: number } = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** Refuses a machine that the binaries cannot run on, before anything is fetched. */
export function checkMachine(): void {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new MissingPiece(
      `The embedded servers exist for Linux on x64 and arm64, not for ${process.platform} on ${process.arch}: set DATABASE_URL, NATS_URL and S3_ENDPOINT to servers of your own.`,
    );
  }
  try {
    userInfo();
  } catch {
    throw new MissingPiece(
      `The user id ${ownUid} has no name, which PostgreSQL's initdb insists on: add it to /etc/passwd, or run as a user that has one.`,
    );
  }
}

/** The Debian-like release's code name, which says what packages fit this machine. */
export async function codename(
  osRelease = '/etc/os-release',
  purpose: Purpose = EMBEDDED_SERVERS,
): Promise<string> {
  const text = await readFile(osRelease, 'utf8').catch(() => '');
  const name = /^VERSION_CODENAME="?([\w-]+)/m.exec(text)?.[1];
  if (name === undefined) {
    throw new MissingPiece(
      `This machine is not Debian-like (os-release has no VERSION_CODENAME), so ${purpose.what} cannot be fetched: ${purpose.instead}.`,
    );
  }
  return name;
}

export const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The first directory on the way to `path` that other users may not pass, or undefined. */
export async function closedTo(path: string): Promise<string | undefined> {
  for (let at = path; ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined && (found.mode & 0o001) === 0) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** Makes a directory that belongs to the servers' user and is closed to all others. */
export async function serversDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (isRoot) await chown(path, NOBODY, NOBODY);
  return path;
}

/** Writes a file that only the servers' user may read. */
export async function serversFile(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o600 });
  if (isRoot) await chown(path, NOBODY, NOBODY);
  return path;
}
