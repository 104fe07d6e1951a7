import type { ObjectStore } from '@lethe/object-store';
import { seeObjects, type SeenObject } from './seen-objects.js';
import { seeUploads, type SeenUploads } from './seen-uploads.js';

/** What a store holds under the key of a block: objects, unfinished uploads, or both. */
export interface SeenBlock extends SeenObject {
  readonly uploads: number;
}

export interface SeenRange {
  /** By id. */
  readonly blocks: readonly SeenBlock[];
  /** Keys of objects under the prefix that are no block's. */
  readonly foreign: number;
  /** The last id of the range; undefined: nothing lies behind it. */
  readonly end: string | undefined;
}

/**
 * Lists what is under the keys of an organization's blocks, behind the id `after` as far as `end`, or as far as there are `most` of
 * them. Uploads are listed before objects: one that is completed in between shows as an object.
 */
export async function seeRange(
  store: Pick<ObjectStore, 'listVersions' | 'listUploads'>,
  organizationId: string,
  { most, ...range }: { readonly after: string | undefined; readonly end: string | undefined; most: number },
): Promise<SeenRange> {
  const begun = await seeUploads(store, organizationId, { ...range, most: Math.ceil(most / 2) });
  const { objects, foreign, end } = await seeObjects(store, organizationId, {
    ...{ after: range.after, end: begun.end },
    most: Math.max(1, most - begun.uploads.size),
  });
  const uploads = [...begun.uploads].filter(([id]) => end === undefined || id <= end);
  return { blocks: merge(objects, new Map(uploads)), foreign, end };
}

function merge(objects: readonly SeenObject[], uploads: Map<string, SeenUploads>): SeenBlock[] {
  const blocks = objects.map((object): SeenBlock => {
    const under = uploads.get(object.id);
    uploads.delete(object.id);
    if (under === undefined) return { ...object, uploads: 0 };
    const newest = Math.max(object.modified.getTime(), under.begun.getTime());
    return { ...object, uploads: under.uploads, modified: new Date(newest) };
  });
  if (uploads.size === 0) return blocks;
  for (const [id, { uploads: count, begun }] of uploads)
    blocks.push({ id, versions: 0, uploads: count, bytes: 0, modified: begun, isThere: false });
  return blocks.sort((a, b) => (a.id < b.id ? -1 : 1));
}
