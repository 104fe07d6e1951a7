import type { Queryable } from '@lethe/postgres';
import { portionsIn, refilled, waitMs } from './bucket.js';
import { leaveBucket, lockBuckets, type BucketTable } from './bucket.sql.js';

export type { BucketTable } from './bucket.sql.js';

/** A bucket that nobody else can take from before the transaction ends. */
export interface OpenBucket {
  readonly key: string;
  /** How many portions may be taken; 0: none before {@link waitMs}. */
  readonly portions: number;
  /** Milliseconds until there is one; 0: now. */
  readonly waitMs: number;
  /** Takes so many units; at most once, and only of the portions it gave. What is not spent stays in the bucket. */
  spend(units: number): Promise<void>;
}

/**
 * Opens the buckets of these keys; those without a limit have none. All replicas share them: whoever has one open is alone with it
 * until its transaction ends, and a rollback takes nothing. `portion` is the most units that are taken as one.
 *
 * @param locked what becomes of a bucket that somebody else has open: `wait` for it, or `skip` it as if it were not there.
 */
export async function openBuckets(
  tx: Queryable,
  table: BucketTable,
  keys: readonly string[],
  portion: number,
  locked: 'wait' | 'skip' = 'wait',
): Promise<OpenBucket[]> {
  const buckets = await lockBuckets(tx, table, keys, locked);
  const open: OpenBucket[] = [];
  for (const bucket of buckets) {
    const tokens = refilled(bucket, portion);
    // The clock was set back: without this an empty bucket would stay so until it is where it was.
    if (bucket.elapsedSeconds < 0) await leaveBucket(tx, table, bucket, tokens);
    const left = { ...bucket, elapsedSeconds: Math.max(0, bucket.elapsedSeconds) };
    open.push({
      key: bucket.key,
      portions: portionsIn(tokens, portion),
      waitMs: waitMs(tokens, bucket.perSecond),
      async spend(units) {
        if (units > 0) await leaveBucket(tx, table, left, tokens - units);
      },
    });
  }
  return open;
}
