import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DATABASES } from './databases.js';
import { keptSecrets, makeSecrets } from './secrets.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lethe-secrets-'));
});
afterEach(() => rm(directory, { recursive: true }));
const file = () => join(directory, 'secrets.json');

test('secrets are made once, for their owner alone', async () => {
  const secrets = await keptSecrets(directory);
  expect(await keptSecrets(directory)).toEqual(secrets);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  expect(new Set(DATABASES.map((name) => secrets.roles[name])).size).toBe(DATABASES.length);
});

test('a database that came with a newer version gets its password, and the others keep theirs', async () => {
  const { roles, ...others } = makeSecrets();
  const { webhook: _, ...older } = roles;
  await writeFile(file(), JSON.stringify({ ...others, roles: older }));
  const secrets = await keptSecrets(directory);
  expect(secrets).toEqual({
    ...others,
    roles: { ...older, webhook: expect.stringMatching(/^[0-9a-f]{40}$/) },
  });
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(secrets);
  expect(await keptSecrets(directory)).toEqual(secrets);
});
