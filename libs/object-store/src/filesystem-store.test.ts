import { randomUUID } from 'node:crypto';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withDirectory, within } from './filesystem-directory.js';
import { filesystemFailureKind } from './filesystem-error.js';
import { createOrganizations } from './filesystem-organization.js';
import { createFilesystemStore } from './filesystem-store.js';
import type { ObjectStore } from './object-store.js';
import { asNobody } from './testing/without-privilege.js';

const id = randomUUID();
const [A, B] = ['0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000002'];
let top: string;
let directory: string;
let store: ObjectStore;
const at = (...names: string[]) => join(directory, ...names);
const put = (organization: string, ...names: string[]) =>
  Promise.all(names.map((name) => writeFile(at(organization, name), 'block')));
const keysOf = async (prefix: string, after = '') =>
  (await store.listVersions(prefix, after)).items.map(({ key }) => key);

beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'lethe-directory-'));
  await chmod(top, 0o755);
  directory = join(top, 'store');
  await mkdir(at('.lethe-store'), { recursive: true });
  await mkdir(at('org'));
  await writeFile(at('.lethe-store', id), '');
  store = createFilesystemStore({ name: 'files', id, directory });
});
afterEach(async () => {
  store.close();
  await rm(top, { recursive: true });
});

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
    await expect(store.deleteKeys([`org/${A}`, key])).rejects.toThrow(RangeError);
    await expect(store.deleteVersions([{ key, versionId: 'null' }])).rejects.toThrow(RangeError);
    expect(await readdir(at('org'))).toEqual([A]);
  });

  it.each(['', 'org', '/', '../', './', '../store/org/', 'org/a/', 'org//', `org/${A}/`])(
    'is no prefix: %j',
    async (prefix) => {
      await expect(store.listVersions(prefix, '')).rejects.toThrow(RangeError);
    },
  );

  it('nor is the marker deleted', async () => {
    await expect(store.deleteKeys([`.lethe-store/${id}`])).rejects.toThrow(RangeError);
    expect(await store.identities()).toEqual([id]);
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
    const failures = await store.deleteVersions([{ key: `org/${A}`, versionId: 'null' }]);
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
    await writeFile(join(top, 'elsewhere'), 'x');
    await symlink(join(top, 'elsewhere'), at('org', A));
    await left('NotARegularFile');
    expect(await readdir(top)).toContain('elsewhere');
  });

  it('a link to nothing is left', async () => {
    await symlink('nothing', at('org', A));
    await left('NotARegularFile');
  });

  it('a file with another name is left: its bytes would stay', async () => {
    await put('org', A);
    await link(at('org', A), join(top, 'kept'));
    await left('OtherLinks');
    await unlink(join(top, 'kept'));
    expect(await store.deleteKeys([`org/${A}`])).toEqual([]);
    expect(await readdir(at('org'))).toEqual([]);
  });
});

describe('where something else is found than the store', () => {
  const asks: [string, () => Promise<unknown>][] = [
    ['a look-up', () => store.listVersions(`org/${A}`, '')],
    ['a listing', () => store.listVersions('org/', '')],
    ['a deletion', () => store.deleteKeys([`org/${A}`])],
    ['a probe', () => store.probe()],
  ];

  describe.each(asks)('%s', (_, ask) => {
    it('rejects for an empty mount point', async () => {
      await rm(directory, { recursive: true });
      await mkdir(directory);
      await expect(ask()).rejects.toMatchObject({ code: 'NoMarker', kind: 'gone' });
      expect(await store.identities()).toEqual([]);
    });

    it('rejects for another store', async () => {
      await rename(at('.lethe-store', id), at('.lethe-store', randomUUID()));
      await expect(ask()).rejects.toMatchObject({ code: 'NoMarker', kind: 'gone' });
    });

    it('rejects for no directory', async () => {
      await rm(directory, { recursive: true });
      await expect(ask()).rejects.toMatchObject({ code: 'NoDirectory', kind: 'gone' });
      await expect(store.identities()).rejects.toMatchObject({ code: 'NoDirectory' });
    });

    it('rejects for a marker that lies elsewhere', async () => {
      await rename(at('.lethe-store'), join(top, 'markers'));
      await symlink(join(top, 'markers'), at('.lethe-store'));
      await expect(ask()).rejects.toMatchObject({ code: 'ENOTDIR' });
    });
  });

  describe.each(asks.slice(0, 3))('%s', (_, ask) => {
    it.each<[string, () => Promise<unknown>]>([
      ['a link', () => symlink(join(top, 'other'), at('org'))],
      ['a link to nothing', () => symlink('nothing', at('org'))],
      ['a file', () => writeFile(at('org'), '')],
    ])("rejects where an organization's directory is %s", async (__, spoil) => {
      await mkdir(join(top, 'other'));
      await writeFile(join(top, 'other', A), 'x');
      await rm(at('org'), { recursive: true });
      await spoil();
      await expect(ask()).rejects.toMatchObject({ code: 'ENOTDIR' });
      expect(await readdir(join(top, 'other'))).toEqual([A]);
    });
  });

  it('an organization without a directory has no blocks', async () => {
    expect(await store.deleteKeys([`org2/${A}`])).toEqual([]);
    expect(await keysOf(`org2/${A}`)).toEqual([]);
    expect(await keysOf('org2/')).toEqual([]);
  });

  it('another file system within the store is refused', async () => {
    const inside = withDirectory('/', (root) => within(root, 'proc', () => Promise.resolve()));
    await expect(inside).rejects.toMatchObject({ code: 'OtherFileSystem' });
  });

  it('a file system that takes two names for one is refused, also the second time', async () => {
    const withOrganization = createOrganizations();
    await withDirectory(directory, async (root) => {
      const folding = { ...root, at: (name: string) => root.at(name.toLowerCase()) };
      const ask = (name: string) => withOrganization(folding, name, () => Promise.resolve(name));
      expect(await ask('org')).toBe('org');
      await expect(ask('ORG')).rejects.toMatchObject({ code: 'OtherName' });
      expect(await ask('org')).toBe('org');
      await expect(ask('ORG')).rejects.toMatchObject({ code: 'OtherName' });
    });
  });
});

describe('a listing', () => {
  it('is in the order of bytes, in pages', async () => {
    const names = ['ü', '~', 'b', 'a', 'a.tmp', 'Z', '\u{1f512}', '\ufffd'];
    await put('org', ...names);
    const small = createFilesystemStore({ name: 'files', id, directory, listingItems: 3 });
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
    const page = await store.listVersions('org/', '', 10);
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
    await expect(store.listVersions('org/', '')).rejects.toMatchObject({ code: 'NotUtf8' });
    expect(await keysOf(`org/${A}`)).toEqual([]);
  });

  it('of a block names no neighbour', async () => {
    await put('org', `${A}.tmp`, B);
    expect(await keysOf(`org/${A}`)).toEqual([]);
  });
});

describe('rights', () => {
  it('that are missing on the directory keep its files', async () => {
    await put('org', A, B);
    await chmod(at('org'), 0o555);
    const failures = await asNobody(() => store.deleteKeys([`org/${A}`, `org/${B}`]));
    const failure = { code: 'EACCES', kind: 'permission' };
    expect(failures).toEqual(expect.arrayContaining([{ key: `org/${A}`, ...failure }]));
    expect(failures).toHaveLength(2);
    expect(await keysOf('org/')).toEqual([`org/${A}`, `org/${B}`]);
    await chmod(at('org'), 0o755);
  });

  it('that do not let look are no absence', async () => {
    await put('org', A);
    await chmod(at('org'), 0o600);
    await expect(asNobody(() => store.listVersions(`org/${A}`, ''))).rejects.toMatchObject({
      code: 'EACCES',
    });
    await expect(asNobody(() => store.listVersions('org/', ''))).rejects.toMatchObject({ code: 'EACCES' });
    await chmod(at('org'), 0o755);
  });

  it.each([
    ['EACCES', 'permission'],
    ['EPERM', 'permission'],
    ['EROFS', 'permission'],
    ['EIO', 'retry'],
    ['EBUSY', 'retry'],
    ['ESTALE', 'retry'],
    ['NoMarker', 'gone'],
  ])('%s asks for: %s', (code, kind) => {
    expect(filesystemFailureKind(code)).toBe(kind);
  });
});

describe('the end', () => {
  it('an abort amid a deletion leaves the rest, and nothing goes after the rejection', async () => {
    const names = Array.from({ length: 400 }, () => randomUUID());
    await put('org', ...names);
    const end = new AbortController();
    const deleting = store.deleteKeys(
      names.map((name) => `org/${name}`),
      end.signal,
    );
    setImmediate(() => end.abort());
    await expect(deleting).rejects.toThrow();
    const left = await readdir(at('org'));
    expect(left.length).toBeGreaterThan(0);
    await store.probe();
    expect(await readdir(at('org'))).toHaveLength(left.length);
  });

  it('only the one version that a file has is deleted', async () => {
    await put('org', A);
    expect(await store.deleteVersions([{ key: `org/${A}`, versionId: 'other' }])).toEqual([]);
    expect(await readdir(at('org'))).toEqual([A]);
  });

  it('the traits are told in time, also of nothing', async () => {
    const plain = { reachable: true, versioning: 'none', mfaDelete: false, objectLock: false };
    expect(await store.describeBucket(1_000)).toEqual(plain);
    await rm(at('.lethe-store', id));
    const silent = { reachable: false, versioning: 'unknown', mfaDelete: false, objectLock: 'unknown' };
    expect(await store.describeBucket(1_000)).toEqual(silent);
    expect(await store.describeBucket(0)).toEqual(silent);
  });
});
