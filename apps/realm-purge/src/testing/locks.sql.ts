import { one, type Queryable } from '@lethe/postgres';

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
