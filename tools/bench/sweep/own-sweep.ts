import { createS3Store, type ListedVersion, type ObjectStore } from '@lethe/object-store';
import { sweepKeys } from '../../../apps/blob-sweeper/src/sweep/sweep-keys.js';
import type { Bucket } from './bucket.js';
import { inLanes, pagesOf, type Contestant } from './contestant.js';
import { KeySpace } from './stub-keys.js';

/** As many keys as realm-purge puts into a page unless it is told otherwise. */
const PAGE_KEYS = 990;

export interface OwnSweep {
  readonly concurrency: number;
  /** False: listings are answered at once by what is known here, so that what deleting alone costs can be told. */
  readonly reads: boolean;
}

/** The sweeper's own deletion of pages, as its consumer calls it, so many pages in hand at once. */
export function ownSweep(bucket: Bucket, { concurrency, reads }: OwnSweep): Contestant & { close(): void } {
  const store = createS3Store({
    name: 'bench',
    id: bucket.storeId,
    endpoint: bucket.endpoint,
    region: bucket.region,
    bucket: bucket.name,
    ...bucket.credentials,
    forcePathStyle: true,
  });
  const known = new KeySpace();
  const used = reads ? store : withoutReading(store, known);
  const never = new AbortController().signal;
  return {
    name: `blob-sweeper, ${concurrency} pages at once${reads ? '' : ', not reading'}`,
    prepare(keys) {
      known.empty();
      known.hold(keys);
    },
    remove: (prefix, keys) =>
      inLanes(pagesOf(keys, PAGE_KEYS), concurrency, async (page) => {
        const { left } = await sweepKeys(used, prefix, page, never);
        if (left !== undefined)
          throw new Error(`${left.keys.size} keys could not be deleted: ${left.reason}`);
      }),
    close: () => {
      store.close();
    },
  };
}

/** Deletes as the store does, and lists what should be there. What is there, whoever measures looks at afterwards. */
function withoutReading(store: ObjectStore, known: KeySpace): ObjectStore {
  const modified = new Date(0);
  const listed = (key: string): ListedVersion => ({
    key,
    versionId: 'null',
    bytes: 1,
    modified,
    isMarker: false,
  });
  return {
    ...store,
    async deleteKeys(keys, signal) {
      const failures = await store.deleteKeys(keys, signal);
      for (const key of keys) known.remove(key);
      return failures;
    },
    listVersions(prefix, after, most = 1_000) {
      const { keys, more } = known.list(prefix, after, most);
      return Promise.resolve({ items: keys.map(listed), last: more ? keys.at(-1) : undefined });
    },
    listUploads: () => Promise.resolve({ items: [], last: undefined }),
  };
}
