import { execute, one, type Queryable } from '@lethe/postgres';

/** For tests: a store's limit, with a bucket that was last left so. */
export function limitStore(db: Queryable, store: string, perSecond: number, tokens = 0): Promise<number> {
  return execute(
    db,
    `insert into sweep_limit (store, blocks_per_second, set_by, tokens) values ($1, $2, 'test', $3)
     on conflict (store) do update set blocks_per_second = $2, tokens = $3, refill_time = clock_timestamp()`,
    [store, perSecond, tokens],
  );
}

/** As if this much time had gone by since the store's bucket was looked at. */
export function refillFor(db: Queryable, store: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update sweep_limit set refill_time = refill_time - make_interval(secs => $2) where store = $1`,
    [store, seconds],
  );
}

export async function tokensOf(db: Queryable, store: string): Promise<number> {
  return (await one<{ tokens: number }>(db, `select tokens from sweep_limit where store = $1`, [store]))
    .tokens;
}

export async function databaseTime(db: Queryable): Promise<number> {
  return (await one<{ now: number }>(db, `select extract(epoch from clock_timestamp())::float8 as now`)).now;
}

export function forgetLimits(db: Queryable): Promise<number> {
  return execute(db, `truncate sweep_limit`);
}
