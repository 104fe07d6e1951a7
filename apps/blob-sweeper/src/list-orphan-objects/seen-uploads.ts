import type { ObjectStore } from '@lethe/object-store';
import { listedUploads } from './listed-uploads.js';

/** The unfinished uploads under the key of a block. */
export interface SeenUploads {
  readonly uploads: number;
  /** When the latest of them was begun; no time: nobody knows. */
  readonly begun: Date;
}

export interface UploadsRange {
  /** By id, in the order of ids. */
  readonly uploads: ReadonlyMap<string, SeenUploads>;
  /** The last id of the range; undefined: nothing lies behind it. */
  readonly end: string | undefined;
}

/**
 * Lists the unfinished uploads of an organization behind the id `after` as far as `end`, or as far as there are `most` blocks with some.
 * Rejects when the store's order is not that of the ids.
 */
export async function seeUploads(
  store: Pick<ObjectStore, 'listUploads'>,
  organizationId: string,
  {
    after,
    end,
    most,
  }: { readonly after: string | undefined; readonly end: string | undefined; most: number },
): Promise<UploadsRange> {
  const uploads = new Map<string, SeenUploads>();
  let last = after ?? '';
  for await (const { id, begun } of listedUploads(store, organizationId, after)) {
    if (id < last) throw new Error('a listing out of order');
    if (end !== undefined && id > end) break;
    if (id !== last && uploads.size === most) return { uploads, end: last };
    const before = uploads.get(id);
    const latest = Math.max(begun, before?.begun.getTime() ?? -Infinity);
    uploads.set(id, { uploads: (before?.uploads ?? 0) + 1, begun: new Date(latest) });
    last = id;
  }
  return { uploads, end };
}
