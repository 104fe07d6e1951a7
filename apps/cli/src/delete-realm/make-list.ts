import type { Purge } from '@lethe/contracts';
import type { Realms } from '../connection/purging.js';
import { checksumPath, saveChecksum } from '../manifest/checksum.js';
import { compareList } from '../manifest/compare.js';
import { removeLeftovers } from '../manifest/draft.js';
import { exportBlocks, type ExportedPage, type RealmOf } from '../manifest/export.js';
import { writeList, type WrittenList } from '../manifest/write-list.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';
import { withBar } from './export-bar.js';
import type { ListPlace } from './list-file.js';

export interface ListOrder {
  readonly path: string;
  readonly place: ListPlace;
  readonly realm: RealmOf;
  /** The purge, which has counted the blocks and keeps them. */
  readonly counted: Purge;
}

/**
 * Makes the list of a fenced realm's blocks, with its checksum beside it, and says how many. A list that an earlier run of this order
 * made is compared instead, and stays; then only what is missing is added.
 */
export async function makeList(
  session: Session,
  realms: Realms,
  { path, place, realm, counted }: ListOrder,
): Promise<{ readonly digest: string }> {
  await removeLeftovers(path);
  await removeLeftovers(checksumPath(path));
  const pages = withBar(session.output, notFewer(exportBlocks(session, realms, realm), counted.blocksTotal));
  const list = place === 'free' ? await writeList(session, path, pages) : await sameList(path, pages);
  await saveChecksum(path, list.digest);
  session.output.write(`Exported ${list.lines} block slug(s) to ${printable(path)}\n`);
  if (list.retained > 0)
    session.output.write(
      `Left out ${list.retained} block(s) that a live realm of the organization shares: they stay while it lives\n`,
    );
  return list;
}

/** Kept blocks never become fewer: fewer than were counted are not all. */
async function* notFewer(pages: AsyncIterable<ExportedPage>, counted: number): AsyncGenerator<ExportedPage> {
  for await (const page of pages) {
    if (page.total < counted)
      throw new Failure(
        EXIT.unexpected,
        `the purge counted ${counted} blocks, but realm purge exports ${page.total}: no list can be made of them`,
      );
    yield page;
  }
}

async function sameList(path: string, pages: AsyncIterable<ExportedPage>): Promise<WrittenList> {
  const list = await compareList(path, pages);
  if (list.more > 0)
    throw new Failure(
      EXIT.refused,
      `${path} lacks ${list.more} block(s) that the realm has by now, and was left as it is: name another file`,
    );
  return list;
}
