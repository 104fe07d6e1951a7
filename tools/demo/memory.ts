import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Expectation } from '../system/oracle.js';

/** What became, or must become, of every sample workspace that was ever made on these data. */
export interface Memory {
  readonly expectations: readonly Expectation[];
  /** Adds workspaces, or changes the fate of those known. */
  remember(expectations: readonly Expectation[]): Promise<void>;
}

/** Kept beside the data, so that an interrupted purge is followed at the next start; without a file, for this start alone. */
export async function openMemory(file: string | undefined): Promise<Memory> {
  const known = new Map<string, Expectation>();
  if (file !== undefined)
    for (const expectation of await read(file)) known.set(expectation.workspaceId, expectation);
  return {
    get expectations() {
      return [...known.values()];
    },
    async remember(expectations) {
      for (const expectation of expectations) known.set(expectation.workspaceId, expectation);
      if (file === undefined) return;
      await writeFile(`${file}.new`, JSON.stringify([...known.values()]));
      await rename(`${file}.new`, file);
    },
  };
}

async function read(file: string): Promise<Expectation[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Expectation[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
