import { lstat } from 'node:fs/promises';
import { checksumPath } from '../manifest/checksum.js';
import { tryDraft } from '../manifest/draft.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** Whether the list stands at its place already, from an earlier run of this order. */
export type ListPlace = 'free' | 'written';

/**
 * Looks at the place of the list before anything is ordered, so that a wrong name costs nothing.
 *
 * @param continues the purge is ordered already and keeps its blocks: then a file may be the list of the run that ordered it
 * @throws Failure where a file stands in the way, or none can be written.
 */
export async function inspectListPlace(path: string, continues: boolean): Promise<ListPlace> {
  const there = await exists(path);
  if (there && !continues)
    throw new Failure(
      EXIT.refused,
      `${path} exists, and may be the only list of the blocks of another realm: name another file`,
    );
  if (!there && (await exists(checksumPath(path))))
    throw new Failure(EXIT.refused, `${checksumPath(path)} exists without its file: name another file`);
  await tryDraft(path);
  return there ? 'written' : 'free';
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    // What keeps us from looking keeps us from writing too, and then has its sentence.
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
    throw error;
  }
}
