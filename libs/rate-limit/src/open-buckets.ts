import type { Queryable } from '@lethe/postgres';
import { affordable, refilled, waitMs } from './bucket.js';
import { leaveBucket, lockBuckets, type BucketTable } from './bucket.sql.js';

/** A bucket that nobody else can take from before the transaction ends. */
export interface OpenBucket {
  readonly key: string;
  /** Milliseconds until a portion can be taken; 0: now. */
  readonly waitMs: number;
  /** Takes the first of these portions, as many as may be taken, and answers how many. At most once. */
  take(portions: readonly number[]): Promise<number>;
}

/**
 * Opens the buckets of these keys; those without a limit have none. All replicas share them: whoever has one open is alone with it
 * until its transaction ends, and a rollback takes nothing. `portion` is the most units that are taken as one.
 */
export async function openBuckets(
  tx: Queryable,
  table: BucketTable,
  keys: readonly string[],
  portion: number,
): Promise<OpenBucket[]> {
  const buckets = await lockBuckets(tx, table, keys);
  const open: OpenBucket[] = [];
  for (const bucket of buckets) {
    const tokens = refilled(bucket, portion);
    // The clock was set back: without this an empty bucket would stay so until it is where it was.
    if (bucket.elapsedSeconds < 0) await leaveBucket(tx, table, bucket, tokens);
    const left = { ...bucket, elapsedSeconds: Math.max(0, bucket.elapsedSeconds) };
    open.push({
      key: bucket.key,
      waitMs: waitMs(tokens, bucket.perSecond),
      async take(portions) {
        const taken = affordable(tokens, portions);
        const units = portions.slice(0, taken).reduce((sum, size) => sum + size, 0);
        if (units > 0) await leaveBucket(tx, table, left, tokens - units);
        return taken;
      },
    });
  }
  return open;
}
