import type { KeyFailure, ListedVersion, ObjectStore, UnfinishedUpload } from '@lethe/object-store';
import type { Method, Reading } from './read-back.js';
import { abortUploads, NO_VERSION, removeVersions, type Doomed, type Failure } from './remove.js';

const REQUEST_KEYS = 1_000;
/** So many versions are remembered one by one. Beyond them one that a store falsely says to have deleted may count twice. */
const REMEMBERED = 10_000;

/** What the passes over a page's keys add up to. */
export interface Tally {
  /** Something was seen of it; answers whether it is to be deleted: what was refused once is not asked for again. */
  see(key: string, id: string): boolean;
  gone(kind: 'versions' | 'uploads', id: string): void;
  /** Answers whether it was refused, or made its request fail, and is remembered as such. */
  refuse(id: string, failure: Failure): boolean;
  /** Nothing was seen under so many keys. */
  readClean(method: Method): void;
  refused(): Iterable<KeyFailure>;
  /** The key is left for that, also where nothing is seen under it: now, or when its deletion failed. */
  keep(failure: KeyFailure): void;
  /** Something that was seen under the key was deleted: it is left no more, unless the store said that something stays. */
  release(key: string): void;
  kept(): ReadonlyMap<string, KeyFailure>;
  /** How many of the keys nothing was ever seen under. */
  unseen(keys: Iterable<string>): number;
  sums(keys: number): {
    found: number;
    missing: number;
    versions: number;
    uploads: number;
    readBack: Method[];
  };
}

export function createTally(): Tally {
  const found = new Set<string>();
  const done = new Set<string>();
  const refused = new Map<string, KeyFailure>();
  const kept = new Map<string, KeyFailure>();
  const methods = new Set<Method>();
  const counts = { versions: 0, uploads: 0 };
  return {
    see(key, id) {
      found.add(key);
      return !refused.has(id);
    },
    gone(kind, id) {
      if (done.has(id)) return;
      counts[kind] += 1;
      if (done.size < REMEMBERED) done.add(id);
    },
    refuse(id, failure) {
      const final = failure.kind === 'permission' || failure.whole === true;
      if (!final || refused.size >= REMEMBERED) return false;
      refused.set(id, failure);
      return true;
    },
    readClean: (method) => void methods.add(method),
    refused: () => refused.values(),
    keep(failure) {
      if (kept.get(failure.key)?.kind !== 'remains') kept.set(failure.key, failure);
    },
    release(key) {
      if (kept.get(key)?.kind !== 'remains') kept.delete(key);
    },
    kept: () => kept,
    unseen: (keys) => [...keys].filter((key) => !found.has(key)).length,
    sums: (keys) => ({
      found: found.size,
      missing: keys - found.size,
      ...counts,
      readBack: [...methods].sort(),
    }),
  };
}

/**
 * One pass over keys: deletes what it finds. Whether it is gone then, the next pass sees. `mayBeBlind`: where a bucket has no versions,
 * it deletes the other keys too, for an object that a listing lacks may be there all the same. The next pass must read all keys then:
 * a bucket that has versions since has markers under them.
 */
export function createPass(store: ObjectStore, tally: Tally, mayBeBlind: boolean, signal: AbortSignal) {
  const found = new Set<string>();
  const withUploads = new Set<string>();
  const failures: KeyFailure[] = [];
  const fingerprint = createFingerprint();
  let waiting: Doomed[] = [];
  let asked = false;
  let blind = false;

  // Keys are of one length: none is a key and a version.
  const idOf = ({ key, versionId }: { readonly key: string; readonly versionId?: string | undefined }) =>
    versionId === NO_VERSION ? key : `${key} ${versionId ?? ''}`;
  const see = (key: string, id: string) => {
    found.add(key);
    fingerprint.add(id);
    return tally.see(key, id);
  };
  const fail = (id: string, failure: Failure) => {
    if (!tally.refuse(id, failure)) failures.push(failure);
  };
  /** The filesystem looks up each name itself. */
  const isBlind = async (items: readonly ListedVersion[]) =>
    mayBeBlind &&
    store.kind === 's3' &&
    items.every(({ versionId, isMarker }) => versionId === NO_VERSION && !isMarker) &&
    !(await store.mayHaveVersions());

  async function removeWaiting(most: number): Promise<void> {
    while (waiting.length > most) {
      const some = waiting.slice(0, REQUEST_KEYS);
      waiting = waiting.slice(REQUEST_KEYS);
      signal.throwIfAborted();
      asked = true;
      const failed = new Map(
        (await removeVersions(store, some, signal)).map((failure) => [idOf(failure), failure]),
      );
      for (const version of some) {
        const id = idOf(version);
        const failure = failed.get(id);
        if (failure) {
          fail(id, failure);
          if (version.unlisted || failure.kind === 'remains') tally.keep(failure);
        } else if (!version.unlisted) {
          tally.gone('versions', id);
          tally.release(version.key);
        }
      }
    }
  }
  return {
    /** Keys under which it found something. */
    found: found as ReadonlySet<string>,
    withUploads: withUploads as ReadonlySet<string>,
    /** Those that a further attempt may mend. */
    failures: failures as readonly KeyFailure[],
    /** The same for two passes that found the same. */
    mark: () => fingerprint.text(),
    /** Whether it asked for a deletion. */
    asked: () => asked,
    /** Whether it asked for the deletion of what it did not find. */
    blind: () => blind,
    async takeVersions({ keys, items, method }: Reading<ListedVersion>): Promise<void> {
      const listed = new Set<string>();
      for (const version of items) {
        listed.add(version.key);
        if (see(version.key, idOf(version))) waiting.push(version);
      }
      if (listed.size < keys.length) {
        if (await isBlind(items)) {
          blind = true;
          for (const key of keys)
            if (!listed.has(key)) waiting.push({ key, versionId: NO_VERSION, unlisted: true });
        } else tally.readClean(method);
      }
      await removeWaiting(REQUEST_KEYS);
    },
    async takeUploads({ items }: Reading<UnfinishedUpload>): Promise<void> {
      const some = items.filter(({ key, uploadId }) => see(key, `${key} upload ${uploadId}`));
      for (const { key } of items) withUploads.add(key);
      if (some.length === 0) return;
      asked = true;
      const failed = await abortUploads(store, some, signal);
      for (const upload of some) {
        const [id, failure] = [`${upload.key} upload ${upload.uploadId}`, failed.get(upload)];
        if (failure) fail(id, failure);
        else tally.gone('uploads', id);
      }
    },
    /** Deletes what waits for others to go in one request. */
    finish: () => removeWaiting(0),
  };
}

export type Pass = ReturnType<typeof createPass>;

/** Tells two sets apart without holding them: a key may have more versions than memory should. FNV-1a, over UTF-16. */
function createFingerprint() {
  let [count, sum, mixed] = [0, 0, 0];
  return {
    add(item: string): void {
      let hash = 0x811c9dc5;
      for (let i = 0; i < item.length; i++) hash = Math.imul(hash ^ item.charCodeAt(i), 0x01000193);
      count += 1;
      sum = (sum + hash) | 0;
      mixed ^= Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    },
    text: () => [count, sum, mixed].join(),
  };
}
