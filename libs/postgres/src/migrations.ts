import { runner } from 'node-pg-migrate';
import pg from 'pg';

/** Any number, the same for all replicas of a service: they share a database and migrate it one after the other. */
const MIGRATION_LOCK = 0x6c657468;

/**
 * Brings a database to the newest of the plain SQL files `NNNN-title.sql` in `directory`. Safe to call from every replica at
 * once, and again. All new files are one transaction. Rejects when a file was taken away or put between those already run.
 */
export async function runMigrations(databaseUrl: string, directory: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined); // the statement under way rejects
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await runner({
      dbClient: client,
      dir: directory,
      migrationsTable: 'schema_migration',
      direction: 'up',
      noLock: true,
      log: () => undefined,
    });
  } finally {
    await client.end();
  }
}
