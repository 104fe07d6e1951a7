import type { ListingPage, ObjectStore, ObjectVersion, UnfinishedUpload } from '@lethe/object-store';

/** What a store still holds under any of the keys asked for. */
export interface Remaining {
  readonly versions: ObjectVersion[];
  readonly uploads: UnfinishedUpload[];
}

/** A listing of a key range may cost this many requests for each thousand keys; where the realm is sparser, keys are asked one by one. */
const LISTINGS_PER_THOUSAND_KEYS = 5;
const SINGLE_REQUESTS = 16;

/**
 * Reads a store back: every version, delete marker and unfinished upload under the keys, complete. The keys are ascending and
 * all begin with `prefix`. Lists the key range they span, or key by key what a bounded number of listings did not reach.
 */
export async function readBack(
  store: ObjectStore,
  prefix: string,
  keys: readonly string[],
): Promise<Remaining> {
  const [versions, uploads] = await Promise.all([
    under(keys, prefix, (p, after) => store.listVersions(p, after)),
    under(keys, prefix, (p, after) => store.listUploads(p, after)),
  ]);
  return { versions, uploads };
}

type List<T> = (prefix: string, after: string) => Promise<ListingPage<T>>;

async function under<T extends { readonly key: string }>(
  keys: readonly string[],
  prefix: string,
  list: List<T>,
): Promise<T[]> {
  const wanted = new Set(keys);
  const last = keys.at(-1) ?? '';
  const found: T[] = [];
  const listings = Math.max(1, Math.ceil((keys.length / 1_000) * LISTINGS_PER_THOUSAND_KEYS));
  // Just before the first key: listings go on behind what they are told.
  let reached = (keys[0] ?? '').slice(0, -1);
  for (let i = 0; i < listings && reached < last; i++) {
    const { items, through } = await list(prefix, reached);
    if (through !== undefined && through <= reached) break; // one key has more than a listing's worth of versions
    found.push(...items.filter(({ key }) => wanted.has(key) && (through === undefined || key <= through)));
    reached = through ?? last;
  }
  const unread = keys.filter((key) => key > reached);
  return [...found, ...(await oneByOne(unread, list))];
}

async function oneByOne<T extends { readonly key: string }>(
  keys: readonly string[],
  list: List<T>,
): Promise<T[]> {
  const found: T[] = [];
  const queue = keys.values();
  const ask = async () => {
    for (const key of queue) found.push(...(await list(key, '')).items.filter((item) => item.key === key));
  };
  await Promise.all(Array.from({ length: Math.min(SINGLE_REQUESTS, keys.length) }, ask));
  return found;
}
