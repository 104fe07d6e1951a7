import type { Pool } from '@lethe/postgres';

export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * For tests: a pool for code that sends single statements. Keeps them, and may do something before the nth is sent (from 1).
 * A connection of one's own, and so a transaction over several statements, is an error.
 */
export function watchedPool(
  pool: Pool,
  before: (n: number, statement: Statement) => Promise<unknown> = () => Promise.resolve(),
): { readonly pool: Pool; readonly statements: Statement[] } {
  const statements: Statement[] = [];
  const query = async (text: string, values: unknown[] = []) => {
    const n = statements.push({ text, values });
    await before(n, { text, values });
    return pool.query(text, values);
  };
  const connect = () => Promise.reject(new Error('a connection was taken out of the pool'));
  return { pool: { query, connect } as unknown as Pool, statements };
}
