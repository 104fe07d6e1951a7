import { blockKey, isCanonicalUuid, packBlockIds, unpackBlockIds } from '@lethe/contracts';
import { checksumPath, readChecksum } from '../manifest/checksum.js';
import { openLines } from '../manifest/lines.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { HEAD_LINES, readHead, type ListHead } from './list-head.js';

export interface OrphanList extends ListHead {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly count: number;
  /** The keys in their order, up to 1000 each time. */
  pages(): Iterable<string[]>;
}

const PAGE = 1_000;

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
    const prefix = `${list.organizationId}/`;
    const packed: Buffer[] = [];
    let [ids, last, count]: [string[], string, number] = [[], '', 0];
    for (let line = await next(); line !== undefined; line = await next()) {
      const id = line.slice(prefix.length);
      if (!line.startsWith(prefix) || !isCanonicalUuid(id) || id <= last)
        throw new Failure(
          EXIT.refused,
          `line ${lines.taken} of ${path} is no block of the organization, or stands out of order: nothing was changed`,
        );
      last = id;
      count = ids.push(id) + packed.length * PAGE;
      if (ids.length < PAGE) continue;
      packed.push(packBlockIds(ids));
      ids = [];
    }
    packed.push(packBlockIds(ids));
    if (lines.digest() !== digest)
      throw new Failure(EXIT.refused, `${path} is not what ${checksumPath(path)} says: nothing was changed`);
    const keysOf = (page: Buffer) => unpackBlockIds(page).map((id) => blockKey(list.organizationId, id));
    return {
      ...list,
      digest,
      count,
      *pages() {
        for (const page of packed) if (page.length > 0) yield keysOf(page);
      },
    };
  } finally {
    await lines.close();
  }
}
