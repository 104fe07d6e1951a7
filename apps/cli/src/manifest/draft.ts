import { randomBytes } from 'node:crypto';
import { link, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from '../terminal/document.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/**
 * A file that is not there until it is whole. It is written beside its place under a name that no other run uses, and then linked to
 * its place, which never replaces what stands there: an earlier list may be the only one.
 */
export interface Draft {
  write(text: string): Promise<void>;
  /** Durable when it answers. `exists`: something stands at its place, and was left alone. */
  publish(): Promise<'published' | 'exists'>;
  /** Leaves no draft behind, whatever came of it. Safe to repeat. */
  discard(): Promise<void>;
}

/** @param place where it is published, in the folder of `path` */
export async function createDraft(path: string, place = path): Promise<Draft> {
  const own = draftName(path);
  const file = await open(own, 'wx', 0o644).catch((error: unknown) => {
    throw cannotWrite(path, error, EXIT.usage);
  });
  return {
    write: (text) => orFailure(path, file.writeFile(text)),
    async publish() {
      await orFailure(path, file.sync());
      try {
        await link(own, place);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'exists';
        throw cannotWrite(path, error);
      }
      await orFailure(path, syncFolder(place));
      return 'published';
    },
    async discard() {
      await file.close().catch(() => undefined);
      await unlink(own).catch(() => undefined);
    },
  };
}

/** Whether a file could be published at this path: tries it under other names, and leaves nothing behind. */
export async function tryDraft(path: string): Promise<void> {
  const place = draftName(path);
  const draft = await createDraft(path, place);
  try {
    await draft.write('\n');
    await draft.publish();
  } finally {
    await draft.discard();
    await unlink(place).catch(() => undefined);
  }
}

/**
 * Removes what crashed runs left of this file: never a list, since only a whole one gets its name. A run that is still at it loses its
 * draft and fails; it can publish no other.
 */
export async function removeLeftovers(path: string): Promise<void> {
  const names = await orFailure(path, readdir(dirname(path)));
  const prefix = `${basename(path)}.`;
  for (const name of names)
    if (name.startsWith(prefix) && /^[0-9a-f]{16}\.partial$/.test(name.slice(prefix.length)))
      await unlink(join(dirname(path), name)).catch(() => undefined);
}

const draftName = (path: string): string => `${path}.${randomBytes(8).toString('hex')}.partial`;

/** A new name is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(dirname(path), 'r');
    await folder.sync();
  } finally {
    await folder?.close();
  }
}

const orFailure = <T>(path: string, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw cannotWrite(path, error);
  });

function cannotWrite(path: string, error: unknown, exitCode: ExitCode = EXIT.unexpected): Failure {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Some file systems without links say that linking is not permitted; writing was.
  const reason = reasonOf(syscall === 'link' && code === 'EPERM' ? { code: 'ENOTSUP' } : error);
  return new Failure(exitCode, `cannot write ${path}: ${reason}`);
}
