import { randomBytes } from 'node:crypto';
import { createPool, runMigrations, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import pg from 'pg';
import { serverVariable } from './servers.js';

export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  drop(): Promise<void>;
}

/** A database of its own for a suite, migrated from the given directory, on the run's PostgreSQL. */
export async function createTestDatabase(migrations: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = serverVariable('DATABASE_URL');
  await onServer(server, `create database ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await runMigrations(url, migrations);
  const pool = createPool({ url, applicationName: 'test', max: 10, logger: createLogger('test', 'silent') });
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
