import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './loopback.js';
import { codename } from './machine.js';
import { explain, MissingPiece } from './missing-piece.js';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx'));
let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'lethe-missing-'));
  await chmod(cache, 0o755);
});
afterAll(() => rm(cache, { recursive: true, force: true }));

/** Starts the stack with an empty cache and `env`; answers with what it says at its end. */
async function failure(env: Record<string, string>, ...args: string[]): Promise<string> {
  const argv = ['--import', tsx, main, '--cache', cache, ...args];
  const clean = { PATH: process.env['PATH'] ?? '', HOME: cache, ...env };
  const { stderr, code } = await promisify(execFile)(process.execPath, argv, { env: clean }).then(
    () => ({ stderr: '', code: 0 }),
    (error: unknown) => error as { stderr: string; code: number },
  );
  expect(code).toBe(1);
  return stderr.trim();
}

/** One line, one sentence, no stack trace. */
function expectSentence(text: string): void {
  expect(text).toMatch(/^[^\n]+\.$/);
  expect(text).not.toMatch(/^\s*at /m);
}

/** A PATH on which only these programs are. */
async function pathWith(...programs: string[]): Promise<string> {
  const directory = await mkdtemp(join(cache, 'path-'));
  for (const [name, script] of programs.map((program) => program.split('='))) {
    await writeFile(join(directory, name ?? ''), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return directory;
}

describe('what the machine lacks', () => {
  test('no apt', async () => {
    const said = await failure({ PATH: await pathWith() }, '--only', 'nats');
    expectSentence(said);
    expect(said).toContain('no apt-config');
    expect(said).toContain('set NATS_URL');
  });

  test('no apt, where only Swift is wanted', async () => {
    const said = await failure({ PATH: await pathWith() }, '--only', 'swift');
    expectSentence(said);
    expect(said).toMatch(/no apt-config, so OpenStack Swift.* cannot be fetched/);
    expect(said).not.toContain('NATS');
  });

  test('no network, and nothing in the cache', async () => {
    // stands for an archive that does not answer: what apt itself then says is not the subject here
    const broken = 'echo "E: Failed to fetch: connection refused" >&2; exit 100';
    const PATH = await pathWith('apt-config=exit 0', `apt-get=${broken}`, 'apt-cache=exit 0');
    const said = await failure({ PATH }, '--only', 'nats');
    expectSentence(said);
    expect(said).toContain('connection refused');
    expect(said).toContain('check the network');
  });

  test('no setpriv', async () => {
    const PATH = await pathWith('chmod=exec /bin/chmod "$@"');
    const said = await failure({ PATH }, '--only', 'postgres');
    expectSentence(said);
    expect(said).toContain('install util-linux');
  });

  test('a distribution without Debian packages', async () => {
    const osRelease = join(cache, 'os-release');
    await writeFile(osRelease, 'ID=other\n');
    const error: unknown = await codename(osRelease).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MissingPiece);
    expectSentence(explain(error));
    await writeFile(osRelease, 'ID=debian\nVERSION_CODENAME=bookworm\n');
    expect(await codename(osRelease)).toBe('bookworm');
  });

  test('a cache that others can write', async () => {
    const open = join(cache, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    const said = await failure({}, '--cache', open);
    expectSentence(said);
    expect(said).toContain('LETHE_CACHE');
  });
});

describe('servers that the environment names', () => {
  test.each([
    ['DATABASE_URL', 'mysql://127.0.0.1/x'],
    ['NATS_URL', 'not an address'],
    ['WORKSPACE_DATABASE_URL', 'postgres://127.0.0.1/workspace'],
    ['S3_ENDPOINT', 'http://127.0.0.1:9'],
  ])('%s=%s', async (name, value) => {
    const said = await failure({ [name]: value });
    expectSentence(said);
    expect(said).toContain(name.replace('WORKSPACE', 'REALM')); // of the three databases the others are missing
  });

  test('nobody answers, and the password stays unsaid', async () => {
    const port = await freePort();
    const said = await failure({ DATABASE_URL: `postgres://me:hush@127.0.0.1:${port}/x` });
    expectSentence(said);
    expect(said).toContain('DATABASE_URL');
    expect(said).not.toContain('hush');
  });

  test('something else answers', async () => {
    const server = createServer((socket) => socket.end('220 mail.test ESMTP\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const said = await failure({ NATS_URL: `nats://127.0.0.1:${port}` });
    server.close();
    expectSentence(said);
    expect(said).toContain('not a NATS server');
  });
});
