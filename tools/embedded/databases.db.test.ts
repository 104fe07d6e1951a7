import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { DATABASES, databaseVariable } from './databases.js';

const url = (name: (typeof DATABASES)[number]): string => process.env[databaseVariable(name)] ?? '';

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe.each(DATABASES)('the role of %s', (name) => {
  test('owns its database', async () => {
    await query(url(name), 'CREATE TABLE mine (id int); DROP TABLE mine');
    expect(await query(url(name), 'SELECT current_user AS me, current_database() AS here')).toEqual([
      { me: `lethe_${name}`, here: name },
    ]);
  });

  test.each(DATABASES.filter((other) => other !== name))('cannot connect to %s', async (other) => {
    const foreign = new URL(url(name));
    foreign.pathname = `/${other}`;
    await expect(query(foreign.href, 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
  });

  test('has no rights over the server', async () => {
    await expect(query(url(name), 'CREATE ROLE intruder')).rejects.toMatchObject({ code: '42501' });
    await expect(query(url(name), 'CREATE DATABASE intruder')).rejects.toMatchObject({ code: '42501' });
  });
});
