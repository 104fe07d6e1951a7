import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFilesystemStore, type ObjectStore } from '@lethe/object-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepKeys } from './sweep-keys.js';

const id = randomUUID();
let directory: string;
let store: ObjectStore;
const keys = Array.from({ length: 300 }, () => `org/${randomUUID()}`).sort();
const sweep = () => sweepKeys(store, 'org/', keys, new AbortController().signal);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lethe-swept-'));
  await mkdir(join(directory, '.lethe-store'));
  await mkdir(join(directory, 'org'));
  await writeFile(join(directory, '.lethe-store', id), '');
  for (const key of keys.slice(0, 100)) await writeFile(join(directory, key), 'block');
  store = createFilesystemStore({ name: 'files', id, directory });
});
afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true });
});

describe('a sweep of a directory', () => {
  it('takes the blocks of its page, key by key, and nothing else', async () => {
    const [mine = ''] = keys;
    const neighbours = [`${mine}.tmp`, `org/${randomUUID()}`];
    for (const key of neighbours) await writeFile(join(directory, key), 'block');
    const swept = await sweep();
    expect(swept).toMatchObject({ found: 100, missing: 200, versions: 100, uploads: 0, left: undefined });
    expect((await readdir(join(directory, 'org'))).map((name) => `org/${name}`).sort()).toEqual(
      neighbours.sort(),
    );
    expect(await sweep()).toMatchObject({ found: 0, missing: 300, left: undefined });
  });

  it('leaves what is no file, and says so', async () => {
    const [, , , odd = ''] = keys;
    await rm(join(directory, odd));
    await mkdir(join(directory, odd));
    const { left } = await sweep();
    expect(left && [...left.keys]).toEqual([odd]);
    expect(left).toMatchObject({ reason: '1 NotARegularFile' });
    expect(await readdir(join(directory, 'org'))).toEqual([odd.slice('org/'.length)]);
  });

  it('of a file system that is not mounted concludes nothing', async () => {
    await rm(join(directory, '.lethe-store'), { recursive: true });
    await expect(sweep()).rejects.toMatchObject({ code: 'NoMarker' });
    expect(await readdir(join(directory, 'org'))).toHaveLength(100);
  });
});
