import { blockKey, isCanonicalUuid } from '@lethe/contracts';
import type { ListedVersion, ObjectStore } from '@lethe/object-store';
import { isBehind } from './store-order.js';

/** The object under the key of a block, with all its versions. */
export interface SeenObject {
  readonly id: string;
  /** Versions and delete markers. */
  readonly versions: number;
  readonly bytes: number;
  /** Of the newest of them. */
  readonly modified: Date;
  /** It can be read: the newest is no delete marker. */
  readonly isThere: boolean;
}

export interface ObjectsRange {
  /** By id. */
  readonly objects: readonly SeenObject[];
  /** Keys under the prefix that are no block's. */
  readonly foreign: number;
  /** The last id of the range; undefined: nothing lies behind it. */
  readonly end: string | undefined;
}

/**
 * Lists the objects of an organization behind the id `after` as far as `end`, or as far as there are `most` of them. Rejects when the
 * store's order is not that of the ids: what it shows then leaves something out.
 */
export async function seeObjects(
  store: Pick<ObjectStore, 'listVersions'>,
  organizationId: string,
  range: { readonly after: string | undefined; readonly end: string | undefined; readonly most: number },
): Promise<ObjectsRange> {
  const prefix = `${organizationId}/`;
  const keyOf = (id: string) => blockKey(organizationId, id);
  const objects: SeenObject[] = [];
  let foreign = 0;
  let after = range.after === undefined ? '' : keyOf(range.after);
  const endKey = range.end === undefined ? undefined : keyOf(range.end);
  for (let place = after; ;) {
    const page = await store.listVersions(prefix, after);
    const keys = wholeKeys(page, after);
    for (const [key, versions] of keys) {
      if (endKey !== undefined && key > endKey) return { objects, foreign, end: range.end };
      const id = key.slice(prefix.length);
      if (!isCanonicalUuid(id)) {
        foreign += 1;
        continue;
      }
      if (id <= (objects.at(-1)?.id ?? range.after ?? '')) throw new Error('a listing out of order');
      objects.push(seen(id, versions));
      if (objects.length === range.most) return { objects, foreign, end: id };
    }
    if (page.last === undefined) return { objects, foreign, end: range.end };
    const next = [...keys.keys()].at(-1) ?? page.last;
    // Some stores show what is left under the key that they are told to go on behind: then they are told a place behind it.
    after = isBehind(next, after) ? next : `${next} `;
    if (!isBehind(after, place)) throw new Error('a listing does not go on');
    place = after;
  }
}

/** Those behind `after` that the page shows all of. One that fills it alone is taken as it is: its newest come first. */
function wholeKeys(
  page: Awaited<ReturnType<ObjectStore['listVersions']>>,
  after: string,
): Map<string, ListedVersion[]> {
  const byKey = new Map<string, ListedVersion[]>();
  for (const item of page.items) {
    if (item.key <= after) continue;
    const versions = byKey.get(item.key);
    if (versions === undefined) byKey.set(item.key, [item]);
    else versions.push(item);
  }
  const whole = new Map([...byKey].filter(([key]) => key !== page.last));
  return whole.size > 0 ? whole : byKey;
}

function seen(id: string, versions: readonly ListedVersion[]): SeenObject {
  const newest = (some: readonly ListedVersion[]) =>
    some.reduce((latest, { modified }) => Math.max(latest, modified.getTime()), -Infinity);
  const [objects, markers] = [versions.filter((v) => !v.isMarker), versions.filter((v) => v.isMarker)];
  return {
    id,
    versions: versions.length,
    bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    modified: new Date(newest(versions)),
    // Of the same moment: nobody is alarmed without reason.
    isThere: objects.length > 0 && !(newest(objects) < newest(markers)),
  };
}
