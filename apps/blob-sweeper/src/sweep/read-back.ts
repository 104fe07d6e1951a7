import { isComplete, type ListedVersion, type ListingPage, type ObjectStore } from '@lethe/object-store';
import { nextListing } from './density.js';

/** By listings of key ranges, or by a listing for each key. */
export type Method = 'listing' | 'lookup';

/** What a store holds under some keys: all of it, but for a key with more than a listing holds. */
export interface Reading<T> {
  readonly keys: readonly string[];
  readonly items: readonly T[];
  readonly method: Method;
}

/** A store's listings of one sort, and how many items they are thought to show for each key that is asked for. */
export interface Source<T> {
  readonly list: (prefix: string, after: string, most?: number) => Promise<ListingPage<T>>;
  /** False: only one key at a time. */
  readonly ranges: boolean;
  readonly itemsPerKey: number;
}

export const versionsOf = (store: ObjectStore, itemsPerKey: number): Source<ListedVersion> => ({
  list: (prefix, after, most) => store.listVersions(prefix, after, most),
  ranges: store.listsRanges,
  itemsPerKey,
});
/** There are hardly any. */
export const uploadsOf = (store: ObjectStore): Source<{ key: string; uploadId: string }> => ({
  list: (prefix, after, most) => store.listUploads(prefix, after, most),
  ranges: store.listsRanges,
  itemsPerKey: 0,
});

const LOOKUPS = 16;

/**
 * Finds everything under the keys, which are ascending, of one length, and begin with `prefix`; each is in exactly one reading. Lists
 * key ranges in their order while that costs less than looking up one key after the other: by what the listings show of how densely
 * these keys lie among others. Answers how many items of others it met for each key. Holds no more than a few listings at once.
 */
export async function readKeys<T extends { readonly key: string }>(
  { list, ranges, itemsPerKey }: Source<T>,
  prefix: string,
  keys: readonly string[],
  take: (reading: Reading<T>) => Promise<void>,
): Promise<number> {
  let [next, items, foreign, reached] = [0, 0, 0, 0];
  let lookups = 1;
  while (next < keys.length) {
    const perKey = items === 0 ? itemsPerKey : items / Math.max(1, reached);
    const most = ranges ? nextListing(keys.length - next, perKey) : undefined;
    let count = most === undefined ? keys.length - next : 0;
    if (most !== undefined) {
      const page = await list(prefix, justBefore(keys[next] as string), most);
      const complete = completeIn(page, keys, next);
      const own = itemsUnder(complete, page.items);
      items += page.items.length;
      foreign += page.items.length - own.length;
      reached += complete.length;
      next += complete.length;
      if (complete.length > 0) await take({ keys: complete, items: own, method: 'listing' });
      // Too much lies before the next key, or under it: it is looked up, and more of them each time that this happens.
      else [count, lookups] = [Math.min(lookups, keys.length - next), lookups * 2];
    }
    await lookUp(list, keys.slice(next, next + count), take);
    next += count;
  }
  return reached + items === 0 ? itemsPerKey : foreign / Math.max(1, reached);
}

/** A place before the key and all that begins with it: listings go on behind what they are told. */
const justBefore = (key: string) => key.slice(0, -1);

function completeIn(page: ListingPage<unknown>, keys: readonly string[], from: number): readonly string[] {
  let to = from;
  while (to < keys.length && isComplete(page, keys[to] as string)) to++;
  return keys.slice(from, to);
}

/** Most often each item is under the next key, or the same again: that is tried first. */
function itemsUnder<T extends { readonly key: string }>(keys: readonly string[], items: readonly T[]): T[] {
  let next = 0;
  let all: ReadonlySet<string> | undefined;
  return items.filter(({ key }) => {
    if (key === keys[next]) return true;
    if (key === keys[next + 1]) return (next += 1) > 0;
    all ??= new Set(keys);
    return all.has(key);
  });
}

async function lookUp<T extends { readonly key: string }>(
  list: Source<T>['list'],
  keys: readonly string[],
  take: (reading: Reading<T>) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < keys.length; at += LOOKUPS) {
    const some = keys.slice(at, at + LOOKUPS);
    const items: T[][] = [];
    await allOf(some.map(async (key) => void items.push(await lookUpOne(list, key))));
    await take({ keys: some, items: items.flat(), method: 'lookup' });
  }
}

/** Goes on while longer keys that begin with this one fill the listing before it. */
async function lookUpOne<T extends { readonly key: string }>(
  list: Source<T>['list'],
  key: string,
): Promise<T[]> {
  for (let after = ''; ;) {
    const page = await list(key, after);
    const items = page.items.filter((item) => item.key === key);
    if (items.length > 0 || page.last === undefined) return items;
    if (page.last === after) throw new Error('a listing does not go on');
    after = page.last;
  }
}

/** Like Promise.all, but when it rejects, nothing of it is under way any more. */
export async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
