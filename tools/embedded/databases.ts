import pg from 'pg';
import type { Secrets } from './secrets.js';
import { MissingPiece } from './missing-piece.js';

/** The databases, one for each service that owns data; its role is `lethe_` and the database's name. */
export const DATABASES = ['workspace', 'realm', 'sweep', 'webhook'] as const;

export const databaseVariable = (name: (typeof DATABASES)[number]): string =>
  `${name.toUpperCase()}_DATABASE_URL`;

/**
 * Makes each service's database and role, and answers with their URLs. Only the owner may connect to a database (and
 * superusers, whom nothing stops). Safe to repeat: the roles' passwords become the given ones.
 */
export async function provisionDatabases(
  superuserUrl: string,
  passwords: Secrets['roles'],
): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const env: Record<string, string> = {};
    for (const name of DATABASES) {
      const role = `lethe_${name}`;
      await provisionRole(client, role, passwords[name]);
      await provisionDatabase(client, name, role);
      const url = new URL(superuserUrl);
      Object.assign(url, { username: role, password: passwords[name], pathname: `/${name}` });
      env[databaseVariable(name)] = url.href;
    }
    return env;
  } finally {
    await client.end();
  }
}

async function provisionRole(client: pg.Client, role: string, password: string): Promise<void> {
  const found = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [role]);
  const verb = found.rowCount === 0 ? 'CREATE' : 'ALTER';
  const rights = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION';
  await client.query(`${verb} ROLE ${role} ${rights} PASSWORD ${client.escapeLiteral(password)}`);
}

async function provisionDatabase(client: pg.Client, name: string, role: string): Promise<void> {
  const found = await client.query<{ owner: string }>(
    'SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = $1',
    [name],
  );
  const owner = found.rows[0]?.owner;
  if (owner === undefined) {
    await client.query(`CREATE DATABASE ${name} OWNER ${role}`);
  } else if (owner !== role) {
    throw new MissingPiece(
      `The server of DATABASE_URL has a database "${name}" that belongs to ${owner}, not to Lethe: name another server, or set ${DATABASES.map(databaseVariable).join(', ')} yourself.`,
    );
  }
  await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
}
