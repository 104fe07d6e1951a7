import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFilesystemStore } from './filesystem-store.js';
import { useDirectory } from './testing/test-directory.js';

const [A, B] = ['0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000002'];
const files = useDirectory();
const { id, at, put, keysOf } = files;

describe('a key that could reach elsewhere', () => {
  it.each([
    '../store/org/x',
    'org/..',
    'org/.',
    './x',
    '../x',
    `..`,
    `/org/x`,
    '/x',
    'org/',
    'org',
    '',
    'org/a/b',
    'org//a',
    'org/a\0b',
    'o\0/a',
    `org/${'x'.repeat(256)}`,
    'org/\ud800',
  ])('is refused: %j', async (key) => {
    await put('org', A);
    await expect(files.store.deleteKeys([`org/${A}`, key])).rejects.toThrow(RangeError);
    await expect(files.store.deleteVersions([{ key, versionId: 'null' }])).rejects.toThrow(RangeError);
    expect(await readdir(at('org'))).toEqual([A]);
  });

  it.each(['', 'org', '/', '../', './', '../store/org/', 'org/a/', 'org//', `org/${A}/`])(
    'is no prefix: %j',
    async (prefix) => {
      await expect(files.store.listVersions(prefix, '')).rejects.toThrow(RangeError);
    },
  );

  it('nor is the marker deleted', async () => {
    await expect(files.store.deleteKeys([`.lethe-store/${id}`])).rejects.toThrow(RangeError);
    expect(await files.store.identities()).toEqual([id]);
  });

  it.each([{ directory: 'relative' }, { directory: '/tmp', id: '../x' }, { directory: '/tmp', id: '' }])(
    'an option that reaches elsewhere is refused: %j',
    (over) => {
      expect(() => createFilesystemStore({ name: 'files', id, ...over })).toThrow(RangeError);
    },
  );
});

describe('an entry that is no file of its own', () => {
  const left = async (code: string) => {
    expect(await keysOf(`org/${A}`)).toEqual([`org/${A}`]);
    expect(await keysOf('org/')).toEqual([`org/${A}`]);
    const failures = await files.store.deleteVersions([{ key: `org/${A}`, versionId: 'null' }]);
    expect(failures).toEqual([{ key: `org/${A}`, versionId: 'null', code, kind: 'permission' }]);
    expect(await keysOf(`org/${A}`)).toEqual([`org/${A}`]);
  };

  it('a directory is left, with what is in it', async () => {
    await mkdir(at('org', A));
    await put('org', `${A}/inside`);
    await left('NotARegularFile');
    expect(await readdir(at('org', A))).toEqual(['inside']);
  });

  it('a link is left, and what it leads to', async () => {
    await writeFile(join(files.top, 'elsewhere'), 'x');
    await symlink(join(files.top, 'elsewhere'), at('org', A));
    await left('NotARegularFile');
    expect(await readdir(files.top)).toContain('elsewhere');
  });

  it('a link to nothing is left', async () => {
    await symlink('nothing', at('org', A));
    await left('NotARegularFile');
  });

  it('a file with another name is left: its bytes would stay', async () => {
    await put('org', A);
    await link(at('org', A), join(files.top, 'kept'));
    await left('OtherLinks');
    await unlink(join(files.top, 'kept'));
    expect(await files.store.deleteKeys([`org/${A}`])).toEqual([]);
    expect(await readdir(at('org'))).toEqual([]);
  });
});

describe('a listing', () => {
  it('is in the order of bytes, in pages', async () => {
    const names = ['ü', '~', 'b', 'a', 'a.tmp', 'Z', '\u{1f512}', '\ufffd'];
    await put('org', ...names);
    const small = createFilesystemStore({ name: 'files', id, directory: files.directory, listingItems: 3 });
    const seen: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const page = await small.listVersions('org/', after);
      expect(page.items.length).toBeLessThanOrEqual(3);
      seen.push(...page.items.map(({ key }) => key));
      after = page.last;
    }
    const sorted = names.map((name) => Buffer.from(name)).sort(Buffer.compare);
    expect(seen).toEqual(sorted.map((name) => `org/${name.toString()}`));
    small.close();
  });

  it('keeps no more names than it needs, and finds the first of many', async () => {
    const names = Array.from({ length: 500 }, (_, i) => `n${(i * 7_919) % 500}`);
    await put('org', ...names);
    const page = await files.store.listVersions('org/', '', 10);
    expect(page.items.map(({ key }) => key)).toEqual(
      [...names]
        .sort()
        .slice(0, 10)
        .map((name) => `org/${name}`),
    );
    expect(page.last).toBe(page.items.at(-1)?.key);
  });

  it('rejects for a name that no key can have', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${at('org')}/`), Buffer.of(0xff)]), '');
    await expect(files.store.listVersions('org/', '')).rejects.toMatchObject({ code: 'NotUtf8' });
    expect(await keysOf(`org/${A}`)).toEqual([]);
  });

  it('of a block names no neighbour', async () => {
    await put('org', `${A}.tmp`, B);
    expect(await keysOf(`org/${A}`)).toEqual([]);
  });
});

describe('the end', () => {
  it('an abort amid a deletion leaves the rest, and nothing goes after the rejection', async () => {
    const names = Array.from({ length: 400 }, () => randomUUID());
    await put('org', ...names);
    const end = new AbortController();
    const deleting = files.store.deleteKeys(
      names.map((name) => `org/${name}`),
      end.signal,
    );
    setImmediate(() => end.abort());
    await expect(deleting).rejects.toThrow();
    const left = await readdir(at('org'));
    expect(left.length).toBeGreaterThan(0);
    await files.store.probe();
    expect(await readdir(at('org'))).toHaveLength(left.length);
  });

  it('only the one version that a file has is deleted', async () => {
    await put('org', A);
    expect(await files.store.deleteVersions([{ key: `org/${A}`, versionId: 'other' }])).toEqual([]);
    expect(await readdir(at('org'))).toEqual([A]);
  });

  it('the traits are told in time, also of nothing', async () => {
    const plain = { reachable: true, versioning: 'none', mfaDelete: false, objectLock: false };
    expect(await files.store.describeBucket(1_000)).toEqual(plain);
    await rm(at('.lethe-store', id));
    const silent = { reachable: false, versioning: 'unknown', mfaDelete: false, objectLock: 'unknown' };
    expect(await files.store.describeBucket(1_000)).toEqual(silent);
    expect(await files.store.describeBucket(0)).toEqual(silent);
  });
});
