import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createFilesystemStore } from '../filesystem-store.js';
import type { ObjectStore } from '../object-store.js';

/** A store of files of each test's own, with an empty directory for the organization `org`. */
export interface TestDirectory {
  /** The id of its marker, the same for all tests of a file. */
  readonly id: string;
  /** What it lies in, alone. */
  readonly top: string;
  readonly directory: string;
  readonly store: ObjectStore;
  at(...names: string[]): string;
  put(organization: string, ...names: string[]): Promise<void>;
  /** The keys of the first page of a listing. */
  keysOf(prefix: string, after?: string): Promise<string[]>;
}

/** Makes it before each test, and removes it behind. */
export function useDirectory(): TestDirectory {
  const id = randomUUID();
  let now: { readonly top: string; readonly directory: string; readonly store: ObjectStore } | undefined;
  const its = () => {
    if (now === undefined) throw new Error('only within a test');
    return now;
  };
  const at = (...names: string[]) => join(its().directory, ...names);

  beforeEach(async () => {
    const top = await mkdtemp(join(tmpdir(), 'lethe-directory-'));
    await chmod(top, 0o755);
    const directory = join(top, 'store');
    now = { top, directory, store: createFilesystemStore({ name: 'files', id, directory }) };
    await mkdir(at('.lethe-store'), { recursive: true });
    await mkdir(at('org'));
    await writeFile(at('.lethe-store', id), '');
  });
  afterEach(async () => {
    const { store, top } = its();
    store.close();
    await rm(top, { recursive: true });
  });

  return {
    id,
    at,
    get top() {
      return its().top;
    },
    get directory() {
      return its().directory;
    },
    get store() {
      return its().store;
    },
    async put(organization, ...names) {
      await Promise.all(names.map((name) => writeFile(at(organization, name), 'block')));
    },
    keysOf: async (prefix, after = '') =>
      (await its().store.listVersions(prefix, after)).items.map(({ key }) => key),
  };
}
