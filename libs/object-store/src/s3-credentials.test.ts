import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCredentials, type CredentialSource } from './s3-credentials.js';

let directory: string;
let clock: number;
let source: CredentialSource;
const put = (name: 'id' | 'secret', text: string) => writeFile(join(directory, name), text);
const pair = (n: number) => ({ accessKeyId: `id${n}`, secretAccessKey: `secret${n}` });
const putPair = (n: number) => Promise.all([put('id', `id${n}\n`), put('secret', `secret${n}\n`)]);
/** What is taken at each of some looks. */
async function looks(times: number): Promise<unknown[]> {
  const seen = [];
  for (let i = 0; i < times; i++) {
    clock += 1_000;
    seen.push(await source.current());
  }
  return seen;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lethe-credentials-'));
  clock = 0;
  const files = {
    accessKeyIdFile: join(directory, 'id'),
    secretAccessKeyFile: join(directory, 'secret'),
  };
  source = createCredentials(files, () => clock);
  await putPair(1);
});
afterEach(() => rm(directory, { recursive: true }));

describe('credentials in files', () => {
  it('are those of the files, without the line ends', async () => {
    expect(await source.current()).toEqual(pair(1));
    expect(await source.current()).toBe(await source.current());
  });

  it('are not looked at twice in a second', async () => {
    await source.current();
    await putPair(2);
    clock += 999;
    expect(await source.current()).toEqual(pair(1));
    expect(await looks(2)).toEqual([pair(1), pair(2)]);
  });

  it('that change are taken when they stayed for a look', async () => {
    await source.current();
    await putPair(2);
    expect(await looks(1)).toEqual([pair(1)]);
    await putPair(3);
    expect(await looks(2)).toEqual([pair(1), pair(3)]);
  });

  it('are not taken half', async () => {
    await source.current();
    await put('id', 'id2');
    expect(await looks(1)).toEqual([pair(1)]);
    await put('secret', 'secr');
    expect(await looks(1)).toEqual([pair(1)]);
    await put('secret', 'secret2');
    expect(await looks(2)).toEqual([pair(1), pair(2)]);
  });

  it('that go back were never there', async () => {
    await source.current();
    await putPair(2);
    await looks(1);
    await putPair(1);
    await looks(1);
    await putPair(2);
    expect(await looks(2)).toEqual([pair(1), pair(2)]);
  });

  it.each<[string, () => Promise<void>, string]>([
    ['empty', () => put('secret', ''), 'secret holds no key'],
    ['of two lines', () => put('secret', 'a\nb'), 'secret holds no key'],
    ['away', () => unlink(join(directory, 'id')), 'id cannot be read (ENOENT)'],
    [
      'a link to itself',
      async () => {
        await unlink(join(directory, 'id'));
        await symlink('id', join(directory, 'id'));
      },
      'id cannot be read (ELOOP)',
    ],
  ])('stay as they were while a file is %s, and say so', async (_, spoil, why) => {
    await source.current();
    await spoil();
    expect(await looks(3)).toEqual([pair(1), pair(1), pair(1)]);
    expect(source.trouble).toContain(why);
    expect(source.trouble).not.toContain('secret1');
    await unlink(join(directory, 'id')).catch(() => undefined);
    await putPair(2);
    expect(await looks(2)).toEqual([pair(1), pair(2)]);
    expect(source.trouble).toBeUndefined();
  });

  it('that never were there are told with each request', async () => {
    await unlink(join(directory, 'secret'));
    await expect(source.current()).rejects.toThrow(/no credentials: .*secret cannot be read \(ENOENT\)/);
    await put('secret', 'secret1');
    expect(await source.current()).toEqual(pair(1)); // at once: there is nothing to keep
  });
});

describe('after a refusal', () => {
  it('the files are looked at at once, and believed', async () => {
    const used = await source.current();
    await putPair(2);
    expect(await source.isReplaced(used)).toBe(true);
    expect(await source.current()).toEqual(pair(2));
  });

  it('of a pair that was replaced meanwhile, nothing has to be read', async () => {
    const used = await source.current();
    await putPair(2);
    expect(await source.isReplaced(used)).toBe(true);
    await rm(join(directory, 'id'));
    expect(await source.isReplaced(used)).toBe(true);
  });

  it('the same pair is no other', async () => {
    const used = await source.current();
    expect(await source.isReplaced(used)).toBe(false);
    await put('secret', '');
    expect(await source.isReplaced(used)).toBe(false);
    expect(source.trouble).toContain('holds no key');
  });

  it('given credentials stay what they are', async () => {
    const given = createCredentials(pair(1));
    expect(await given.isReplaced(await given.current())).toBe(false);
    expect(given.trouble).toBeUndefined();
  });
});
