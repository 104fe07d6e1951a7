import { open, readFile, unlink, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { EXIT } from './exit-code.js';
import { Failure } from './failure.js';

/** What is larger is neither a certificate nor a set of keys. */
const MAX_BYTES = 1 << 20;

/** The text of a small file; `-` is standard input. */
export async function readDocument(path: string, input: Readable, what: string): Promise<string> {
  const document = path === '-' ? await text(input) : await readSmallFile(path, what);
  if (document.length > MAX_BYTES) throw new Failure(EXIT.usage, `${what} is larger than 1 MiB: ${path}`);
  return document;
}

async function readSmallFile(path: string, what: string): Promise<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    // Asked first: a wrong file name may be that of a disk image.
    if ((await file.stat()).size > MAX_BYTES)
      throw new Failure(EXIT.usage, `${what} is larger than 1 MiB: ${path}`);
    return await file.readFile('utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.usage, `cannot read ${what} from ${path}: ${reasonOf(error)}`);
  } finally {
    await file?.close();
  }
}

/**
 * Writes a new file, durably, or nothing. An existing file is never touched: what stands in it may be the only copy. Saving
 * the same text again is fine.
 */
export async function saveDocument(path: string, document: string): Promise<void> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o644);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (exists && (await readFile(path, 'utf8').catch(() => undefined)) === document) return;
    const advice = exists ? 'it exists with other content; name another file' : reasonOf(error);
    throw new Failure(exists ? EXIT.refused : EXIT.usage, `cannot write ${path}: ${advice}`);
  }
  try {
    await file.writeFile(document);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw new Failure(EXIT.unexpected, `cannot write ${path}: ${reasonOf(error)}`);
  } finally {
    await file.close();
  }
}

/** Why a file cannot be read or written. */
export function reasonOf(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'access is denied';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
    case 'EFBIG':
      return 'it would be larger than this user may write';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    case 'EXDEV':
    case 'ENOSYS':
    case 'ENOTSUP':
      return 'its file system knows no hard links, which is how a file appears only when it is whole: choose another folder';
    default:
      return (error as Error).message;
  }
}
