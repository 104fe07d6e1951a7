import { one, type Queryable } from '@lethe/postgres';

/** A lock of the session, not of a transaction: it ends with the connection, and so with the process. */
export async function tryLock(db: Queryable, name: string): Promise<boolean> {
  const { locked } = await one<{ locked: boolean }>(
    db,
    `select pg_try_advisory_lock(hashtextextended($1, 0)) as locked`,
    [name],
  );
  return locked;
}

export async function unlock(db: Queryable, name: string): Promise<void> {
  await one(db, `select pg_advisory_unlock(hashtextextended($1, 0))`, [name]);
}
