import type { Pool, PoolClient } from 'pg';
import { isDeadlock } from './away.js';

const TRIES = 5;

/**
 * Runs `work` in one READ COMMITTED transaction: each statement sees what had committed when it began, so a statement behind
 * a lock sees what the lock waited for. `work` does nothing but SQL, for it is run again (at most five times) when PostgreSQL
 * ends it as a deadlock's victim.
 */
export async function transaction<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (attempt === TRIES || !isDeadlock(error)) throw error;
    }
  }
}

async function once<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (error) {
    await tx.query('rollback').catch((failure: unknown) => {
      broken = failure as Error;
    });
    throw error;
  } finally {
    tx.release(broken);
  }
}
