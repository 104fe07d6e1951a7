import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool, startDaemon } from './daemon.js';
import { freePort } from './loopback.js';
import { exists, serversDirectory, serversFile } from './machine.js';
import { MissingPiece } from './missing-piece.js';
import type { Server, ServerPlace } from './server.js';

/** Throw-away data need not survive anything: this makes the tests fast. Kept data have PostgreSQL's own defaults. */
const THROWAWAY = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** Starts PostgreSQL on a free port of the loopback interface; no socket file, passwords only. */
export async function startPostgres(home: string, place: ServerPlace): Promise<Server> {
  const directory = await serversDirectory(place.directory);
  const cluster = join(directory, 'data');
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    TZ: 'UTC',
    LD_LIBRARY_PATH: join(home, 'lib'),
  };
  const password = place.data.secrets.postgres;
  const initialized = join(directory, 'initialized');
  if (await exists(initialized)) {
    await checkVersion(cluster, home);
    // The lock on the data says that no server runs on them: what a killed one left here misleads if its pid is in
    // use again.
    await rm(join(cluster, 'postmaster.pid'), { force: true });
  } else {
    await rm(cluster, { recursive: true, force: true }); // an initdb that was interrupted
    const passwordFile = await serversFile(join(directory, 'password'), password);
    const sync = place.data.kept ? [] : ['--no-sync'];
    const options = ['-U', 'postgres', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', ...sync];
    const argv = ['-D', cluster, ...options, '-E', 'UTF8', '--locale=C'];
    await runTool(join(home, 'bin/initdb'), argv, { cwd: directory, env });
    await rm(passwordFile);
    await serversFile(initialized, '');
  }
  const port = await freePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    ...(place.data.kept ? {} : THROWAWAY),
    ...place.postgres,
  };
  const daemon = await startDaemon(
    'postgres',
    [
      join(home, 'bin/postgres'),
      '-D',
      cluster,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      directory,
      env,
      signal: 'INT',
      deathSignal: 'INT',
      ...(place.data.lock === undefined ? {} : { lock: place.data.lock }),
    },
  );
  try {
    const status = join(cluster, 'postmaster.pid');
    await daemon.until(async () => /\nready\s*$/.test(await readFile(status, 'utf8')));
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return {
    env: { DATABASE_URL: `postgres://postgres:${password}@127.0.0.1:${port}/postgres` },
    pids: { postgres: daemon.pid },
    stop: () => daemon.stop(),
  };
}

async function checkVersion(cluster: string, home: string): Promise<void> {
  const written = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  const major = /postgres-(\d+)/.exec(home)?.[1];
  if (major !== undefined && major !== written) {
    throw new MissingPiece(
      `The kept data were written by PostgreSQL ${written}, and this is ${major}: begin anew with --fresh.`,
    );
  }
}
