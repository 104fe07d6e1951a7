import { createLogger } from '@lethe/telemetry';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isDatabaseAway } from './away.js';
import { createPool } from './pool.js';

const server = process.env['DATABASE_URL'] ?? '';
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('isDatabaseAway', () => {
  it('is true of a server that is not there, and of a connection that was ended', async () => {
    const nowhere = Object.assign(new URL(server), { port: '1' }).href;
    const pool = createPool({
      url: nowhere,
      applicationName: 'test',
      max: 1,
      logger: createLogger('test', 'silent'),
    });
    expect(isDatabaseAway(await failureOf(pool.query('select 1')))).toBe(true);
    await pool.end();

    const client = new pg.Client({ connectionString: server });
    client.on('error', () => undefined);
    await client.connect();
    expect(
      isDatabaseAway(await failureOf(client.query('select pg_terminate_backend(pg_backend_pid())'))),
    ).toBe(true);
    expect(isDatabaseAway(await failureOf(client.query('select 1')))).toBe(true);
  });

  it('is false of a statement that is wrong', async () => {
    const pool = createPool({
      url: server,
      applicationName: 'test',
      max: 1,
      logger: createLogger('test', 'silent'),
    });
    expect(isDatabaseAway(await failureOf(pool.query('select nothing from nowhere')))).toBe(false);
    await pool.end();
  });
});
