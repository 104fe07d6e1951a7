// Writes apps/<app>/schema.sql, what each app's migrations make of an empty database.
// --check: writes nothing, and fails where a committed dump is not what the migrations make.
import { runMigrations } from '@lethe/postgres';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { explain, startStack } from '../embedded/index.js';
import { dumpSchema } from './schema-dump.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The apps that own a database. */
async function appsWithMigrations(): Promise<string[]> {
  const apps = (await readdir(join(root, 'apps'))).sort();
  const found: string[] = [];
  for (const app of apps) {
    const files = await readdir(join(root, 'apps', app, 'migrations')).catch(() => []);
    if (files.some((file) => file.endsWith('.sql'))) found.push(app);
  }
  return found;
}

async function dumpApp(serverUrl: string, app: string): Promise<string> {
  const database = `dump_${app.replaceAll('-', '_')}`;
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`CREATE DATABASE ${database}`).finally(() => server.end());
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  await runMigrations(url.href, join(root, 'apps', app, 'migrations'));
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const header = `-- What the migrations of ${app} make. Written by "npm run generate:schemas"; do not edit.\n\n`;
    return header + (await dumpSchema(client));
  } finally {
    await client.end();
  }
}

async function main(check: boolean): Promise<boolean> {
  // Never a server of the user's: the same version everywhere dumps the same text.
  const others = Object.entries(process.env).filter(([name]) => !name.endsWith('DATABASE_URL'));
  const stack = await startStack({ data: 'throwaway', only: ['postgres'], env: Object.fromEntries(others) });
  let fresh = true;
  try {
    for (const app of await appsWithMigrations()) {
      const dump = await dumpApp(stack.env['DATABASE_URL'] ?? '', app);
      const file = join('apps', app, 'schema.sql');
      if (!check) {
        await writeFile(join(root, file), dump);
      } else if ((await readFile(join(root, file), 'utf8').catch(() => '')) !== dump) {
        console.error(
          `${file} is not what the migrations make: run "npm run generate:schemas" and commit it`,
        );
        fresh = false;
      }
    }
  } finally {
    await stack.stop();
  }
  return fresh;
}

main(process.argv.includes('--check')).then(
  (fresh) => process.exit(fresh ? 0 : 1),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
