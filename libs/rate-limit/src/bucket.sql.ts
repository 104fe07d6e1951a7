import { execute, many, type Queryable } from '@lethe/postgres';
import type { Bucket } from './bucket.js';

/**
 * A table with a bucket in each row: beside the columns named here it has `tokens` (double precision) and `refill_time`
 * (timestamptz). No row: no limit.
 */
export interface BucketTable {
  readonly table: string;
  /** The column that says whose bucket it is: text, unique. */
  readonly key: string;
  /** The column with the limit. */
  readonly perSecond: string;
}

export interface KeyedBucket extends Bucket {
  readonly key: string;
}

/** For a statement that reads something else too: the bucket of the key in this parameter as JSON, or null without a limit. */
export const bucketColumn = ({ table, key, perSecond }: BucketTable, parameter: string): string =>
  `(select json_build_object('perSecond', ${perSecond}, 'tokens', tokens,
                             'elapsedSeconds', extract(epoch from clock_timestamp() - refill_time))
      from ${table} where ${key} = ${parameter})`;

/** In key order, so that two who take several never wait for each other in a ring. The database's clock alone decides. */
export function lockBuckets(
  tx: Queryable,
  { table, key, perSecond }: BucketTable,
  keys: readonly string[],
): Promise<KeyedBucket[]> {
  return many<KeyedBucket>(
    tx,
    `select ${key} as key, ${perSecond} as "perSecond", tokens,
            extract(epoch from clock_timestamp() - refill_time)::float8 as "elapsedSeconds"
       from ${table}
      where ${key} = any($1::text[])
      order by ${key}
        for update`,
    [keys],
  );
}

/** Moved on by the time that was looked at, not to now: what went by since is refilled the next time. */
export function leaveBucket(
  tx: Queryable,
  { table, key }: BucketTable,
  bucket: KeyedBucket,
  tokens: number,
): Promise<number> {
  return execute(
    tx,
    `update ${table}
        set tokens = $2, refill_time = refill_time + make_interval(secs => $3)
      where ${key} = $1`,
    [bucket.key, tokens, bucket.elapsedSeconds],
  );
}
