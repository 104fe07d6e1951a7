import { blockKey, packBlockIds, unpackBlockIds } from '@lethe/contracts';
import type { ListLine } from './list-line.js';

/** What one order takes of a list. Ascending, each. */
export interface ListPage {
  /** Of objects. */
  readonly keys: string[];
  /** Of unfinished uploads alone. */
  readonly uploadKeys: string[];
}

const PAGE = 1_000;

/** The lines of a list in pages of up to 1000, at 16 bytes a line. */
export function createPackedPages(organizationId: string) {
  const packed: { readonly objects: Buffer; readonly uploads: Buffer }[] = [];
  let [waiting, count, uploads]: [ListLine[], number, number] = [[], 0, 0];
  const pack = () => {
    const idsOf = (alone: boolean) =>
      packBlockIds(waiting.filter(({ uploadsOnly }) => uploadsOnly === alone).map(({ id }) => id));
    packed.push({ objects: idsOf(false), uploads: idsOf(true) });
    waiting = [];
  };
  const keysOf = (ids: Buffer) => unpackBlockIds(ids).map((id) => blockKey(organizationId, id));
  return {
    add(line: ListLine): void {
      count += 1;
      if (line.uploadsOnly) uploads += 1;
      if (waiting.push(line) === PAGE) pack();
    },
    count: () => count,
    /** How many of them are of uploads alone. */
    uploads: () => uploads,
    *pages(): Generator<ListPage> {
      if (waiting.length > 0) pack();
      for (const page of packed) yield { keys: keysOf(page.objects), uploadKeys: keysOf(page.uploads) };
    },
  };
}
