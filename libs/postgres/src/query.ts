import type { QueryResult, QueryResultRow } from 'pg';

/** A pool, or a transaction's connection: whatever runs a statement. */
export interface Queryable {
  query<R extends QueryResultRow>(text: string, values?: unknown[]): Promise<QueryResult<R>>;
}

export async function many<R extends QueryResultRow>(
  db: Queryable,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  return (await db.query<R>(text, values)).rows;
}

export async function maybeOne<R extends QueryResultRow>(
  db: Queryable,
  text: string,
  values: unknown[] = [],
): Promise<R | undefined> {
  const { rows } = await db.query<R>(text, values);
  if (rows.length > 1) throw new Error(`expected at most one row, got ${rows.length}`);
  return rows[0];
}

/** @throws Error when the statement answers no row, or several. */
export async function one<R extends QueryResultRow>(
  db: Queryable,
  text: string,
  values: unknown[] = [],
): Promise<R> {
  const row = await maybeOne<R>(db, text, values);
  if (row === undefined) throw new Error('expected one row, got none');
  return row;
}

/** How many rows the statement touched. */
export async function execute(db: Queryable, text: string, values: unknown[] = []): Promise<number> {
  return (await db.query(text, values)).rowCount ?? 0;
}
