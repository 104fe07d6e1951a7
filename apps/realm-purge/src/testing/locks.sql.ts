import { execute, one, type Queryable } from '@lethe/postgres';

/** For tests: how many connections of this database wait for an advisory lock. */
export async function waitingForLocks(db: Queryable): Promise<number> {
  const { waiting } = await one<{ waiting: number }>(
    db,
    `select count(*) as waiting from pg_locks
      where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`,
  );
  return waiting;
}

/** Deadlocks that PostgreSQL had to resolve in this database. */
export async function deadlocksOf(db: Queryable): Promise<number> {
  await execute(db, `select pg_stat_force_next_flush()`);
  const { deadlocks } = await one<{ deadlocks: number }>(
    db,
    `select deadlocks from pg_stat_database where datname = current_database()`,
  );
  return deadlocks;
}
