import { execute, one, type Queryable } from '@lethe/postgres';

/** For tests: as if this much time had gone by since an organization's bucket was looked at. */
export function refillFor(db: Queryable, organizationId: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update release_limit set refill_time = refill_time - make_interval(secs => $2) where organization_id = $1`,
    [organizationId, seconds],
  );
}

/** An empty bucket, and the database's time at which it was, in seconds. */
export async function emptyBucket(db: Queryable, organizationId: string): Promise<number> {
  const { now } = await one<{ now: number }>(
    db,
    `update release_limit set tokens = 0, refill_time = clock_timestamp()
      where organization_id = $1
     returning extract(epoch from refill_time)::float8 as now`,
    [organizationId],
  );
  return now;
}

export function indebt(db: Queryable, organizationId: string, blocks: number): Promise<number> {
  return execute(
    db,
    `update release_limit set tokens = -$2::float8, refill_time = clock_timestamp() where organization_id = $1`,
    [organizationId, blocks],
  );
}

export async function databaseTime(db: Queryable): Promise<number> {
  return (await one<{ now: number }>(db, `select extract(epoch from clock_timestamp())::float8 as now`)).now;
}

export function forgetLimits(db: Queryable): Promise<number> {
  return execute(db, `truncate release_limit`);
}

/** Limits of this many organizations: org1 and on. */
export function addLimits(db: Queryable, organizations: number): Promise<number> {
  return execute(
    db,
    `insert into release_limit (organization_id, blocks_per_second, set_by)
     select 'org' || n, 1000, 'test' from generate_series(1, $1::int) n`,
    [organizations],
  );
}
