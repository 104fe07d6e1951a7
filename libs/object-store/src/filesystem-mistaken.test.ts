import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withDirectory, within } from './filesystem-directory.js';
import { filesystemFailureKind } from './filesystem-error.js';
import { createOrganizations } from './filesystem-organization.js';
import { useDirectory } from './testing/test-directory.js';
import { asNobody } from './testing/without-privilege.js';

const [A, B] = ['0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000002'];
const files = useDirectory();
const { id, at, put, keysOf } = files;

describe('where something else is found than the store', () => {
  const asks: [string, () => Promise<unknown>][] = [
    ['a look-up', () => files.store.listVersions(`org/${A}`, '')],
    ['a listing', () => files.store.listVersions('org/', '')],
    ['a deletion', () => files.store.deleteKeys([`org/${A}`])],
    ['a probe', () => files.store.probe()],
  ];

  describe.each(asks)('%s', (_, ask) => {
    it('rejects for an empty mount point', async () => {
      await rm(files.directory, { recursive: true });
      await mkdir(files.directory);
      await expect(ask()).rejects.toMatchObject({ code: 'NoMarker', kind: 'gone' });
      expect(await files.store.identities()).toEqual([]);
    });

    it('rejects for another store', async () => {
      await rename(at('.lethe-store', id), at('.lethe-store', randomUUID()));
      await expect(ask()).rejects.toMatchObject({ code: 'NoMarker', kind: 'gone' });
    });

    it('rejects for no directory', async () => {
      await rm(files.directory, { recursive: true });
      await expect(ask()).rejects.toMatchObject({ code: 'NoDirectory', kind: 'gone' });
      await expect(files.store.identities()).rejects.toMatchObject({ code: 'NoDirectory' });
    });

    it('rejects for a marker that lies elsewhere', async () => {
      await rename(at('.lethe-store'), join(files.top, 'markers'));
      await symlink(join(files.top, 'markers'), at('.lethe-store'));
      await expect(ask()).rejects.toMatchObject({ code: 'ENOTDIR' });
    });
  });

  describe.each(asks.slice(0, 3))('%s', (_, ask) => {
    it.each<[string, () => Promise<unknown>]>([
      ['a link', () => symlink(join(files.top, 'other'), at('org'))],
      ['a link to nothing', () => symlink('nothing', at('org'))],
      ['a file', () => writeFile(at('org'), '')],
    ])("rejects where an organization's directory is %s", async (__, spoil) => {
      await mkdir(join(files.top, 'other'));
      await writeFile(join(files.top, 'other', A), 'x');
      await rm(at('org'), { recursive: true });
      await spoil();
      await expect(ask()).rejects.toMatchObject({ code: 'ENOTDIR' });
      expect(await readdir(join(files.top, 'other'))).toEqual([A]);
    });
  });

  it('an organization without a directory has no blocks', async () => {
    expect(await files.store.deleteKeys([`org2/${A}`])).toEqual([]);
    expect(await keysOf(`org2/${A}`)).toEqual([]);
    expect(await keysOf('org2/')).toEqual([]);
  });

  it('another file system within the store is refused', async () => {
    const inside = withDirectory('/', (root) => within(root, 'proc', () => Promise.resolve()));
    await expect(inside).rejects.toMatchObject({ code: 'OtherFileSystem' });
  });

  it('a file system that takes two names for one is refused, also the second time', async () => {
    const withOrganization = createOrganizations();
    await withDirectory(files.directory, async (root) => {
      const folding = { ...root, at: (name: string) => root.at(name.toLowerCase()) };
      const ask = (name: string) => withOrganization(folding, name, () => Promise.resolve(name));
      expect(await ask('org')).toBe('org');
      await expect(ask('ORG')).rejects.toMatchObject({ code: 'OtherName' });
      expect(await ask('org')).toBe('org');
      await expect(ask('ORG')).rejects.toMatchObject({ code: 'OtherName' });
    });
  });
});

describe('rights', () => {
  it('that are missing on the directory keep its files', async () => {
    await put('org', A, B);
    await chmod(at('org'), 0o555);
    const failures = await asNobody(() => files.store.deleteKeys([`org/${A}`, `org/${B}`]));
    const failure = { code: 'EACCES', kind: 'permission' };
    expect(failures).toEqual(expect.arrayContaining([{ key: `org/${A}`, ...failure }]));
    expect(failures).toHaveLength(2);
    expect(await keysOf('org/')).toEqual([`org/${A}`, `org/${B}`]);
    await chmod(at('org'), 0o755);
  });

  it('that do not let look are no absence', async () => {
    await put('org', A);
    await chmod(at('org'), 0o600);
    await expect(asNobody(() => files.store.listVersions(`org/${A}`, ''))).rejects.toMatchObject({
      code: 'EACCES',
    });
    await expect(asNobody(() => files.store.listVersions('org/', ''))).rejects.toMatchObject({
      code: 'EACCES',
    });
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
