import {
  isComplete,
  type ListingPage,
  type ObjectStore,
  type ObjectVersion,
  type UnfinishedUpload,
} from '@lethe/object-store';

/** Is given what a store still holds, a listing's worth at a time, while the reading goes on. */
export interface Found {
  versions(items: readonly ObjectVersion[]): Promise<void>;
  uploads(items: readonly UnfinishedUpload[]): Promise<void>;
}

/** Listings of a key range may cost this many requests for each thousand keys; where the realm is sparser, keys are asked one by one. */
const LISTINGS_PER_THOUSAND_KEYS = 5;
const SINGLE_REQUESTS = 16;

/**
 * Reads a store back: finds every version, delete marker and unfinished upload under the keys. Of a key with more of them than a
 * listing holds it finds a listing's worth. The keys are ascending, of one length, and begin with `prefix`. Holds no more than a
 * few listings at once.
 */
export async function readBack(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
  found: Found,
): Promise<void> {
  await allOf([
    read(
      keys,
      prefix,
      (p, after) => store.listVersions(p, after),
      (items) => found.versions(items),
    ),
    read(
      keys,
      prefix,
      (p, after) => store.listUploads(p, after),
      (items) => found.uploads(items),
    ),
  ]);
}

type List<T> = (prefix: string, after: string) => Promise<ListingPage<T>>;
type Take<T> = (items: readonly T[]) => Promise<void>;

async function read<T extends { readonly key: string }>(
  keys: readonly string[],
  prefix: string,
  list: List<T>,
  take: Take<T>,
): Promise<void> {
  const listings = Math.max(1, Math.ceil((keys.length / 1_000) * LISTINGS_PER_THOUSAND_KEYS));
  let next = 0;
  for (let i = 0; i < listings && next < keys.length; i++) {
    const page = await list(prefix, justBefore(keys[next] ?? ''));
    const rest = keys.slice(next);
    const open = rest.findIndex((key) => !isComplete(page, key));
    const complete = open === -1 ? rest : rest.slice(0, open);
    if (complete.length === 0) break; // too much lies before the next key, or under it
    const wanted = new Set(complete);
    await take(page.items.filter(({ key }) => wanted.has(key)));
    next += complete.length;
  }
  for (let at = next; at < keys.length; at += SINGLE_REQUESTS)
    await allOf(keys.slice(at, at + SINGLE_REQUESTS).map((key) => readOne(key, list, take)));
}

/** A place before the key and all that begins with it: listings go on behind what they are told. */
const justBefore = (key: string) => key.slice(0, -1);

/** Goes on while longer keys that begin with this one fill the listing before it. */
async function readOne<T extends { readonly key: string }>(
  key: string,
  list: List<T>,
  take: Take<T>,
): Promise<void> {
  for (let after = ''; ;) {
    const page = await list(key, after);
    const items = page.items.filter((item) => item.key === key);
    if (items.length > 0) return take(items);
    if (page.last === undefined) return;
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
