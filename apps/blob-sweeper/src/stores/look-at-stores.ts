import { addReadGauge, type Logger, type Metrics } from '@lethe/telemetry';
import type { RunResult } from '@lethe/service';
import { troubleOf } from './judge-stores.js';
import type { PlacedStore, StoreSet } from './store-set.js';

type Seen = 'recognized' | 'unrecognized' | 'silent';

/**
 * A look at all stores of the configuration: each is remembered from its first moment, so that one that is taken away before a purge came
 * is missed all the same, and each is asked for its marker, so that a wrong one is noticed before a page is blocked by it. Rejects while
 * the database is away. A store that does not answer says nothing: it stays as it was seen last.
 */
export function createStoresLook(deps: {
  readonly stores: Pick<StoreSet, 'placed' | 'remember'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): (signal?: AbortSignal) => Promise<RunResult> {
  const { stores, logger, metrics } = deps;
  const recognized = new Map<string, number>();
  addReadGauge(
    metrics,
    {
      name: 'lethe_store_recognized',
      help: 'Whether a store was the one it is taken for when it answered last: 1 yes, 0 no',
      label: 'store',
    },
    () => [...recognized],
  );

  async function lookAt({ store }: PlacedStore, stopped: Promise<undefined>): Promise<Seen> {
    const markers = await Promise.race([store.identities().catch(() => undefined), stopped]);
    if (markers === undefined) return 'silent';
    const { id, name } = store;
    const trouble = troubleOf({ id, name, markers });
    recognized.set(name, trouble === undefined ? 1 : 0);
    if (trouble === undefined) return 'recognized';
    metrics.alarms.inc({ alarm: 'store_not_recognized' });
    logger.warn({ store: name, storeId: id, trouble }, 'a store is not the one it is taken for');
    return 'unrecognized';
  }

  return async (signal) => {
    await stores.remember();
    const ended = new AbortController();
    const stopped = new Promise<undefined>((resolve) => {
      const stop = () => {
        resolve(undefined);
      };
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { signal: ended.signal });
    });
    const seen = await Promise.all(stores.placed.map((one) => lookAt(one, stopped)));
    ended.abort();
    const count = (what: Seen) => seen.filter((one) => one === what).length;
    return { counts: { unrecognized: count('unrecognized'), silent: count('silent') } };
  };
}
