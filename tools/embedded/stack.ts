import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from './cache.js';
import { startCeph } from './ceph.js';
import { cephPackages } from './ceph-packages.js';
import { openData, type Data, type DataDirectory } from './data-directory.js';
import { DATABASES, databaseVariable, provisionDatabases } from './databases.js';
import { existingNats, existingPostgres, existingS3 } from './existing.js';
import { checkMachine, codename } from './machine.js';
import { MissingPiece } from './missing-piece.js';
import { natsBinary, startNats } from './nats.js';
import { postgresBinaries } from './postgres-binaries.js';
import { startPostgres } from './postgres.js';
import type { Server, ServerPlace } from './server.js';
import { startSwift } from './swift.js';
import { swiftPackages } from './swift-packages.js';

export type ServerName = 'postgres' | 'nats' | 's3' | 'swift';

export interface StackOptions {
  data: Data;
  /** The servers to start; all of them but Swift, which only tests need, when absent. */
  only?: readonly ServerName[];
  /** Where downloads are kept; see cache.ts for the usual place. */
  cache?: string;
  /** More settings of PostgreSQL, where it is started here. */
  postgres?: Readonly<Record<string, string>>;
  /** Where servers that already run are looked for; the process's environment when absent. */
  env?: Record<string, string | undefined>;
  /** Is told what takes long (downloads) and what is not where one looks for it. */
  say?: (line: string) => void;
}

export interface Stack {
  /** What the services and the tests need to reach the servers. */
  env: Record<string, string>;
  /** The servers that were started here; those that the environment named are not among them. */
  pids: Record<string, number>;
  /** Stops what was started here; throw-away data are removed. Safe to call twice. */
  stop(): Promise<void>;
}

type Existing = (env: Record<string, string | undefined>) => Promise<Record<string, string> | undefined>;
type Starter = (cache: string, place: ServerPlace) => Promise<Server>;

const SERVERS: Record<ServerName, { existing: Existing; fetch: Fetch; start: Starter }> = {
  postgres: {
    existing: existingPostgres,
    fetch: postgresBinaries,
    start: async (cache, place) => startPostgres(await postgresBinaries(cache, place.say), place),
  },
  nats: {
    existing: existingNats,
    fetch: natsBinary,
    start: async (cache, place) => startNats(await natsBinary(cache, place.say), place),
  },
  s3: {
    existing: existingS3,
    fetch: cephPackages,
    start: async (cache, place) => startCeph(await cephPackages(cache, place.say), place),
  },
  swift: {
    existing: () => Promise.resolve(undefined),
    fetch: swiftPackages,
    start: async (cache, place) => startSwift(await swiftPackages(cache, place.say), place),
  },
};
type Fetch = (cache: string, say: (line: string) => void) => Promise<unknown>;

const USUAL: readonly ServerName[] = ['postgres', 'nats', 's3'];

/** Only fills the cache: for images, or before going offline. */
export async function fetchStack(options: Omit<StackOptions, 'data'> = {}): Promise<void> {
  checkMachine();
  const { only = USUAL, env = process.env, say = () => {} } = options;
  const cache = await cacheDirectory(options.cache, env);
  await Promise.all(only.map((name) => SERVERS[name].fetch(cache, say)));
}

/**
 * Starts PostgreSQL, NATS with JetStream and an S3 server on loopback, all at the same time, or uses those that the
 * environment names; makes the services' databases, roles and S3 users.
 *
 * Call it on the main thread: the kernel ends the servers with the thread that started them.
 *
 * @throws MissingPiece when the machine or its owner must provide something; its message is one sentence.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { only = USUAL, env = process.env, say = () => {} } = options;
  const found = new Map<ServerName, Record<string, string>>();
  for (const name of only) {
    const existing = await SERVERS[name].existing(env);
    if (existing) found.set(name, existing);
  }
  const toStart = only.filter((name) => !found.has(name));
  if (toStart.length > 0) checkMachine();
  const cache = toStart.length > 0 ? await cacheDirectory(options.cache, env) : '';
  if (toStart.some((name) => name === 'nats' || name === 's3')) await codename();
  const data = await openData(options.data, say);

  const results = await Promise.allSettled(toStart.map((name) => startOne(name, cache, data, options)));
  const servers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= stopAll(servers, data));
  try {
    const failed = results.filter((result) => result.status === 'rejected');
    const worst = failed.find((result) => result.reason instanceof MissingPiece) ?? failed[0];
    if (worst) throw worst.reason;
    const all: Record<string, string> = {};
    const pids: Record<string, number> = {};
    Object.assign(all, ...found.values(), ...servers.map((server) => server.env));
    Object.assign(pids, ...servers.map((server) => server.pids));
    if (all['DATABASE_URL'] !== undefined && all[databaseVariable(DATABASES[0])] === undefined) {
      Object.assign(all, await provisionDatabases(all['DATABASE_URL'], data.secrets.roles));
    }
    return { env: all, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startOne(
  name: ServerName,
  cache: string,
  data: DataDirectory,
  { say = () => {}, postgres = {} }: StackOptions,
): Promise<Server> {
  const directory = join(data.path, name);
  for (let attempt = 1; ; attempt++) {
    try {
      return await SERVERS[name].start(cache, { directory, data, say, postgres });
    } catch (error) {
      // The usual cause is a lost race for a port.
      if (error instanceof MissingPiece || attempt === 3) throw error;
      say(`${name} did not come up, once more: ${(error as Error).message.split('\n')[0]}`);
      if (!data.kept) await rm(directory, { recursive: true, force: true });
    }
  }
}

async function stopAll(servers: Server[], data: DataDirectory): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()));
  await data.release();
}
