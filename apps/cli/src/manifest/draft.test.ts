import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import type * as Files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDraft } from './draft.js';

/** What was asked of the file system, in order. */
const asked: string[] = [];
let syncFails = false;
vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof Files>();
  return {
    ...files,
    async open(...args: Parameters<typeof Files.open>) {
      const handle = await files.open(...args);
      const what = (await handle.stat()).isDirectory() ? 'folder' : 'file';
      const sync = handle.sync.bind(handle);
      handle.sync = () => {
        asked.push(`sync ${what}`);
        return syncFails ? Promise.reject(Object.assign(new Error('no'), { code: 'EIO' })) : sync();
      };
      return handle;
    },
    link(...args: Parameters<typeof Files.link>) {
      asked.push(`link, ${readFileSync(args[0], 'utf8').length} characters`);
      return files.link(...args);
    },
  };
});

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-draft-'));
  path = join(folder, 'list.txt');
  asked.length = 0;
  syncFails = false;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('a draft', () => {
  it('is on the disk before it gets its name, and its name before it is called published', async () => {
    const draft = await createDraft(path);
    await draft.write('one\n');
    await draft.write('two\n');
    expect(existsSync(path)).toBe(false);
    expect(await draft.publish()).toBe('published');
    expect(asked).toEqual(['sync file', 'link, 8 characters', 'sync folder']);
    await draft.discard();
    expect(readdirSync(folder)).toEqual(['list.txt']);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('gets no name when the disk does not keep it', async () => {
    const draft = await createDraft(path);
    await draft.write('one\n');
    syncFails = true;
    await expect(draft.publish()).rejects.toThrow(/cannot write/);
    await draft.discard();
    expect(asked).toEqual(['sync file']);
    expect(readdirSync(folder)).toEqual([]);
  });
});
