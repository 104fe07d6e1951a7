import type { Logger } from '@lethe/telemetry';
import pg from 'pg';

export type { Pool, PoolClient } from 'pg';

export interface PoolOptions {
  readonly url: string;
  /** Appears in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections at most. */
  readonly max: number;
  readonly logger: Logger;
  /** A statement that takes longer is cancelled; nothing of ours may. */
  readonly statementTimeoutMs?: number;
}

const { INT8 } = pg.types.builtins;
const CONNECT_MS = 5_000;
const PATIENCE_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;

/**
 * A pool that survives its server: a connection that breaks, idle or not, is logged and replaced, never thrown at the process.
 * bigint columns are read as numbers (every count of ours stays below 2^53; beyond it reading throws).
 */
export function createPool({
  url,
  applicationName,
  max,
  logger,
  statementTimeoutMs = 30_000,
}: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    max,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementTimeoutMs,
    // The server's own limit is worth nothing once the server is gone without a word.
    query_timeout: statementTimeoutMs + PATIENCE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    types: { getTypeParser },
  });
  const log = (error: Error) => {
    logger.warn({ err: error }, 'a database connection broke');
  };
  pool.on('error', log);
  pool.on('connect', (client) => {
    client.on('error', log); // one that breaks while checked out rejects its query as well
  });
  return pool;
}

type TypeId = Parameters<typeof pg.types.getTypeParser>[0];

function getTypeParser(oid: TypeId, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8 && format !== 'binary') return safeInteger;
  return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
}

function safeInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new RangeError('a bigint of the database does not fit a number');
  return number;
}
