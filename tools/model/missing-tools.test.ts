import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const tsx = fileURLToPath(import.meta.resolve('tsx'));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lethe-tools-'));
  await chmod(directory, 0o755);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Checks the model with an empty cache where only these programs are; answers with what it says at its end. */
async function failure(programs: Record<string, string>): Promise<string> {
  const PATH = await mkdtemp(join(directory, 'path-'));
  for (const [name, script] of Object.entries(programs))
    await writeFile(join(PATH, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await symlink('/bin/sh', join(PATH, 'sh'));
  const cache = await mkdtemp(join(directory, 'cache-'));
  await chmod(cache, 0o755);
  const env = { PATH, HOME: cache, LETHE_CACHE: cache };
  const run = promisify(execFile)(process.execPath, ['--import', tsx, main], { env });
  const { stderr, code } = await run.then(
    () => ({ stderr: '', code: 0 }),
    (error: unknown) => error as { stderr: string; code: number },
  );
  expect(code).toBe(1);
  expect(stderr.trim()).toMatch(/^[^\n]+\.$/); // one sentence, no stack trace
  return stderr;
}

const SPIN = 'echo "Spin Version 6.5.2 -- 6 December 2019"';

test('no Spin, and no apt to fetch it', async () => {
  const said = await failure({});
  expect(said).toContain('no apt-config, so Spin');
  expect(said).toContain('install spin.');
});

test('a spin that is another program', async () => {
  expect(await failure({ spin: 'echo "spin 3.1.0"' })).toContain('install spin.');
});

test('no C compiler, and no apt to fetch one', async () => {
  const said = await failure({ spin: SPIN });
  expect(said).toContain('no apt-config, so a C compiler');
  expect(said).toContain('install gcc.');
});

test('a C compiler without the headers of the C library, and an archive that does not answer', async () => {
  const broken = 'echo "E: Failed to fetch: connection refused" >&2; exit 100';
  const apt = { 'apt-config': 'exit 0', 'apt-get': broken, 'apt-cache': 'exit 0' };
  const said = await failure({ spin: SPIN, gcc: 'exit 1', ...apt });
  expect(said).toContain('Debian packages of a C compiler');
  expect(said).toContain('connection refused');
  expect(said).toContain('install gcc.');
});
