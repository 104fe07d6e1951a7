import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provisionBucket, s3Client } from './index.js';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx'));
const BUCKET = 'kept';
type Environment = Record<string, string>;

/** Not below the temporary directory: that may be in memory, where the object store cannot keep its file. */
let directory: string;
let started: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp('/var/tmp/lethe-stack-test-');
  await chmod(directory, 0o711);
});

afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  for (const child of started) await ended(child);
  started = [];
  await rm(directory, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
});

/** Starts the stack as a process of its own, as a user does. None of the run's servers is named to it. */
function launch(...args: string[]): ChildProcess {
  const names = /^(PATH|HOME|LETHE_CACHE|XDG_CACHE_HOME)$/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)));
  const child = spawn(process.execPath, ['--import', tsx, main, ...args], { env, stdio: 'pipe' });
  started.push(child);
  return child;
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
};

/** The variables that it prints once all servers are up. */
async function environmentOf(child: ChildProcess): Promise<Environment> {
  const env: Environment = {};
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, name = '', value = ''] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
    env[name] = value;
    if (name === 'WEBHOOK_DATABASE_URL') return env; // the last one
  }
  let said = '';
  for await (const chunk of child.stderr!) said += String(chunk);
  throw new Error(`the stack did not come up: ${said}`);
}

/** The processes that `child` has started and that are alive. */
async function serversOf(child: ChildProcess): Promise<number[]> {
  const children = await readFile(`/proc/${child.pid!}/task/${child.pid!}/children`, 'utf8');
  return children.trim().split(' ').map(Number);
}

/** A zombie has ended: somebody else has yet to take note of it. */
async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tZ');
  return !/^State:\s+Z/m.test(status);
}

async function expectGone(pids: number[]): Promise<void> {
  expect(pids.length).toBeGreaterThanOrEqual(5); // PostgreSQL, NATS, and the three of Ceph
  for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 15_000 }).toBe(false);
}

async function store(env: Environment, word: string): Promise<void> {
  const database = new pg.Client({ connectionString: env['WORKSPACE_DATABASE_URL'] });
  await database.connect();
  await database.query('CREATE TABLE IF NOT EXISTS kept (word text)');
  await database.query('INSERT INTO kept VALUES ($1)', [word]);
  await database.end();
  const nats = await connect({ servers: env['NATS_URL']!, token: env['NATS_TOKEN']! });
  const manager = await jetstreamManager(nats);
  await manager.streams.info('kept').catch(() => manager.streams.add({ name: 'kept', subjects: ['kept'] }));
  await jetstream(nats).publish('kept', word);
  await nats.close();
  await provisionBucket(env, BUCKET);
  const s3 = s3Client(env, 'writer');
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'word', Body: word }));
  s3.destroy();
}

async function expectStored(env: Environment, word: string): Promise<void> {
  const database = new pg.Client({ connectionString: env['WORKSPACE_DATABASE_URL'] });
  await database.connect();
  expect((await database.query('SELECT word FROM kept')).rows).toEqual([{ word }]);
  await database.end();
  const nats = await connect({ servers: env['NATS_URL']!, token: env['NATS_TOKEN']! });
  const message = await (await jetstreamManager(nats)).streams.getMessage('kept', { seq: 1 });
  expect(message?.string()).toBe(word);
  await nats.close();
  const s3 = s3Client(env, 'writer');
  const got = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'word' }));
  expect(await got.Body?.transformToString()).toBe(word);
  s3.destroy();
}

test(
  'kept data survive a kill -9 and a Ctrl-C, and nobody else may start on them',
  { timeout: 120_000 },
  async () => {
    const first = launch('--data', directory);
    const env = await environmentOf(first);
    await store(env, 'once');
    expect((await stat(join(directory, 'secrets.json'))).mode & 0o777).toBe(0o600);

    const second = launch('--data', directory);
    let said = '';
    second.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(second, 'close');
    expect(second.exitCode).toBe(1);
    expect(said.trim()).toMatch(/^[^\n]* are in use by another start \(process \d+\)[^\n]*\.$/);

    const servers = await serversOf(first);
    first.kill('SIGKILL');
    const third = launch('--data', directory); // at once: it waits until the servers of the first have gone
    const again = await environmentOf(third);
    await expectGone(servers);
    await expectStored(again, 'once');
    expect(again['NATS_TOKEN']).toBe(env['NATS_TOKEN']);

    const itsServers = await serversOf(third);
    third.kill('SIGINT');
    await ended(third);
    expect(third.exitCode).toBe(0);
    await expectGone(itsServers);
    const fourth = launch('--data', directory);
    await expectStored(await environmentOf(fourth), 'once');
  },
);

test('throw-away servers leave no process and no file behind', { timeout: 60_000 }, async () => {
  const child = launch();
  const env = await environmentOf(child);
  await store(env, 'gone');
  const servers = await serversOf(child);
  child.kill('SIGTERM');
  await ended(child);
  await expectGone(servers);
  const left = (await readdir(tmpdir())).filter((name) => name.includes(`-${child.pid!}-`));
  expect(left).toEqual([]);
});

test('throw-away servers end with a starter that is killed', { timeout: 60_000 }, async () => {
  const child = launch();
  await environmentOf(child);
  const servers = await serversOf(child);
  child.kill('SIGKILL');
  await expectGone(servers);
});
