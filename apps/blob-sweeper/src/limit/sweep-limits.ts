import { MAX_PAGE_BLOCKS } from '@lethe/contracts';
import { transaction, type Pool } from '@lethe/postgres';
import { openBuckets } from '@lethe/rate-limit';
import { createLoop, type Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { SWEEP_LIMITS, type LimitRow } from './limit.js';
import { listLimits } from './limit.sql.js';

const READ_MS = 1_000;
const FIRST_WAIT_MS = 50;
/** A change ends a wait; but one that was seen in the moment before the wait began does not. */
const LAST_WAIT_MS = 5_000;

/** How fast blocks are deleted from these stores, at most, by all replicas together. */
export interface SweepLimits extends Component {
  /**
   * Takes so many blocks from the bucket of each of these stores that is limited, or from none of them. Answers 0 when they were
   * taken, else after how many milliseconds to ask again. Where none is limited that asks nobody. Taken is taken, also when the
   * deletion fails then.
   */
  take(blocks: number, stores: readonly string[]): Promise<number>;
  /** Resolves after this time, at a change of the limits, or when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Looks at the limits soon. */
  wake(): void;
}

/** Limits are read once a second into memory, so that only a page for a limited store costs a statement. */
export function createSweepLimits(deps: {
  readonly pool: Pool;
  readonly stores: readonly { readonly name: string }[];
  readonly logger: Logger;
  readonly metrics: Metrics;
}): SweepLimits {
  const { pool } = deps;
  const names = deps.stores.map(({ name }) => name);
  /** Before the first look each store might be limited. */
  let limited: readonly string[] = names;
  let seen: string | undefined;
  const waits = new Set<() => void>();

  const loop = createLoop({
    ...deps,
    name: 'read-sweep-limits',
    intervalMs: READ_MS,
    runOnce: async () => {
      const rows = (await listLimits(pool)).filter(({ store }) => names.includes(store));
      limited = rows.map(({ store }) => store);
      const now = JSON.stringify(rows.map(({ store, blocks_per_second: rate }: LimitRow) => [store, rate]));
      if (now !== seen) for (const end of waits) end();
      seen = now;
      return { counts: {} };
    },
  });

  return {
    ...loop,
    async take(blocks, stores) {
      const own = limited.filter((store) => stores.includes(store));
      if (blocks === 0 || own.length === 0) return 0;
      const waitMs = await transaction(pool, async (tx) => {
        const buckets = await openBuckets(tx, SWEEP_LIMITS, own, MAX_PAGE_BLOCKS);
        const longest = Math.max(0, ...buckets.map((bucket) => bucket.waitMs));
        if (longest === 0) for (const bucket of buckets) await bucket.take([blocks]);
        return longest;
      });
      return waitMs === 0 ? 0 : Math.min(LAST_WAIT_MS, Math.max(FIRST_WAIT_MS, waitMs));
    },
    pause(ms, signal) {
      return new Promise((resolve) => {
        const end = () => {
          clearTimeout(timer);
          waits.delete(end);
          signal.removeEventListener('abort', end);
          resolve();
        };
        const timer = setTimeout(end, ms);
        waits.add(end);
        signal.addEventListener('abort', end);
        if (signal.aborted) end();
      });
    },
  };
}
