import { createS3Store, type ObjectStore } from '@lethe/object-store';
import { sweepKeys } from '../../../apps/blob-sweeper/src/sweep/sweep-keys.js';
import type { Bucket } from './bucket.js';
import { inLanes, pagesOf, type Contestant } from './contestant.js';

const NOTHING = { items: [], last: undefined };

export interface OwnSweep {
  readonly concurrency: number;
  /** False: every listing is answered at once by "nothing is left", so that what deleting alone costs can be told. */
  readonly readsBack: boolean;
}

/** The sweeper's own deletion of pages, as its consumer calls it, so many pages in hand at once. */
export function ownSweep(
  bucket: Bucket,
  { concurrency, readsBack }: OwnSweep,
): Contestant & { close(): void } {
  const store = createS3Store({
    name: 'bench',
    id: bucket.storeId,
    endpoint: bucket.endpoint,
    region: bucket.region,
    bucket: bucket.name,
    ...bucket.credentials,
    forcePathStyle: true,
  });
  const used: ObjectStore = readsBack
    ? store
    : { ...store, listVersions: () => Promise.resolve(NOTHING), listUploads: () => Promise.resolve(NOTHING) };
  const never = new AbortController().signal;
  return {
    name: `blob-sweeper, ${concurrency} pages at once${readsBack ? '' : ', not reading back'}`,
    remove: (prefix, keys) =>
      inLanes(pagesOf(keys), concurrency, async (page) => {
        const { left } = await sweepKeys(used, prefix, page, never);
        if (left !== undefined)
          throw new Error(`${left.keys.size} keys could not be deleted: ${left.reason}`);
      }),
    close: () => {
      store.close();
    },
  };
}
