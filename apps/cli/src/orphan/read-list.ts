import { checksumPath, readChecksum } from '../manifest/checksum.js';
import { openLines } from '../manifest/lines.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { HEAD_LINES, readHead, type ListHead } from './list-head.js';
import { readLine } from './list-line.js';
import { createPackedPages, type ListPage } from './packed-pages.js';

export interface OrphanList extends ListHead {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly count: number;
  /** How many of them stand for unfinished uploads alone. */
  readonly uploads: number;
  /** The keys in their order, up to 1000 each time. */
  pages(): Iterable<ListPage>;
}

/**
 * Reads a list as a whole before anything is ordered by it, 16 bytes a key, so that what is ordered is what was verified. Every line is
 * a block of its organization, in order, and the checksum beside it is that of the file.
 *
 * @throws Failure
 */
export async function readList(path: string): Promise<OrphanList> {
  const digest = await readChecksum(path);
  if (digest === undefined)
    throw new Failure(
      EXIT.refused,
      `there is no ${checksumPath(path)}: nothing is deleted by a list that nobody vouches for`,
    );
  const lines = await openLines(path);
  try {
    const next = async () => {
      const line = await lines.peek();
      if (line !== undefined) lines.take();
      return line;
    };
    const head: (string | undefined)[] = [];
    while (head.length < HEAD_LINES) head.push(await next());
    const list = readHead(path, head);
    const packed = createPackedPages(list.organizationId);
    let last = '';
    for (let text = await next(); text !== undefined; text = await next()) {
      const line = readLine(text, list.organizationId, list.mayHaveUploads);
      if (line === undefined || line.id <= last)
        throw new Failure(
          EXIT.refused,
          `line ${lines.taken} of ${path} is no block of the organization, or stands out of order: nothing was changed`,
        );
      last = line.id;
      packed.add(line);
    }
    if (lines.digest() !== digest)
      throw new Failure(EXIT.refused, `${path} is not what ${checksumPath(path)} says: nothing was changed`);
    const { organizationId, store, minAgeSeconds } = list;
    return {
      ...{ organizationId, store, minAgeSeconds, digest },
      ...{ count: packed.count(), uploads: packed.uploads(), pages: () => packed.pages() },
    };
  } finally {
    await lines.close();
  }
}
