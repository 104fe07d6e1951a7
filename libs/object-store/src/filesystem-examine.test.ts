import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFilesystemStore } from './filesystem-store.js';
import type { ObjectStore } from './object-store.js';
import { asNobody } from './testing/without-privilege.js';

const id = randomUUID();
let directory: string;
let store: ObjectStore;
const at = (...names: string[]) => join(directory, ...names);
const examine = async () => {
  const findings = await store.examine(() => new Date());
  return Object.fromEntries(
    findings.map(({ what, judgement, message }) => [what, `${judgement}: ${message}`]),
  );
};

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lethe-examined-'));
  await chmod(directory, 0o755);
  await mkdir(at('.lethe-store'));
  await mkdir(at('org'));
  await writeFile(at('.lethe-store', id), '');
  store = createFilesystemStore({ name: 'files', id, directory });
});
afterEach(async () => {
  store.close();
  await rm(directory, { recursive: true });
});

describe('an examination', () => {
  it('finds what a purge needs, and leaves nothing behind', async () => {
    expect(await examine()).toEqual({
      IDENTITY: `ok: its marker is ${id}`,
      VERSIONING: expect.stringMatching(/^ok: none/) as string,
      OBJECT_LOCK: 'ok: none',
      LIST: 'ok: 1 directories can be read',
      DELETE: 'ok: files can be taken out of 1 directories',
      CLOCK: expect.stringMatching(/^ok: its clock is 0 s/) as string,
      READ_BACK: 'ok: what was put was found under its own name only, and is gone',
    });
    expect((await readdir(directory)).sort()).toEqual(['.lethe-store', 'org']);
  });

  it('finds directories that give nothing up, and tries nothing where nothing can be put', async () => {
    await chmod(at('org'), 0o555);
    const found = await asNobody(examine);
    await chmod(at('org'), 0o755);
    // Whether one may is asked for the user who started the process, whoever it acts for.
    if (process.getuid?.() !== 0) expect(found['DELETE']).toBe('failure: 1 of 1: org: EACCES');
    else expect(found['READ_BACK']).toMatch(/^unknown: not tried: .*\(EACCES\)/);
  });

  it('finds what is no directory, and another marker', async () => {
    await symlink(tmpdir(), at('linked'));
    await writeFile(at('.lethe-store', randomUUID()), '');
    const found = await examine();
    expect(found['LIST']).toMatch(/^failure: 1 of 2: cannot open linked .*ENOTDIR/);
    expect(found['IDENTITY']).toMatch(/^failure: there are 2 markers/);
  });

  it('finds nothing where nothing is, and does not reject', async () => {
    const missing = createFilesystemStore({ name: 'files', id, directory: at('none') });
    const findings = await missing.examine(() => new Date());
    expect(findings.filter(({ judgement }) => judgement === 'failure').map(({ what }) => what)).toEqual([
      'IDENTITY',
      'LIST',
    ]);
    missing.close();
    expect((await missing.examine(() => new Date())).map(({ judgement }) => judgement)).toEqual(['failure']);
  });
});
