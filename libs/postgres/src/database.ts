import type { Component, Configuration } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import { runMigrations } from './migrations.js';
import { createPool, type Pool } from './pool.js';

/** A service's own database. */
export interface Database extends Component {
  readonly pool: Pool;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly max: number;
  readonly migrations: string;
  readonly logger: Logger;
}

/** Starting brings the database to the newest migration; stopping closes the pool, once those who use it have stopped. */
export function createDatabase({ migrations, ...options }: DatabaseOptions): Database {
  const pool = createPool(options);
  let stopping: Promise<void> | undefined;
  return {
    name: 'database',
    pool,
    start: () => runMigrations(options.url, migrations),
    stop: () => (stopping ??= pool.end()),
  };
}

export function readDatabaseUrl(c: Configuration): string {
  return c.url('DATABASE_URL', "the URL of this service's own database", ['postgres', 'postgresql']);
}
