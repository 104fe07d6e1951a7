import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { purgeWorld, REALM, type PurgeWorld } from '../testing/purge-world.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-'));
  file = join(folder, 'paths-to-delete.txt');
});
afterEach(() => service?.stop());

const BASE = ['delete-realm', '--organization', 'org1', '--realm', REALM];
async function run(world: PurgeWorld, argv: string[], options: RunOptions = {}) {
  await service?.stop();
  service = await startScriptedService(world.script);
  return lethe([...BASE, ...argv], { env: { ...service.env, LETHE_OPERATOR: 'ann' }, ...options });
}
const dump = (...more: string[]) => ['--dump-realm-blocks', file, ...more];
const inFolder = () => readdirSync(folder).sort();

describe('before it orders anything, lethe delete-realm', () => {
  it('asks on a terminal, and only the whole word is a yes', async () => {
    for (const [answer, code] of [
      ['yes\n', 0],
      ['y\n', 1],
      ['\n', 1],
      ['', 1],
    ] as const) {
      const world = purgeWorld();
      const outcome = await run(world, [], { terminal: true, stdin: answer });
      expect(outcome.code, answer).toBe(code);
      expect(outcome.errors).toMatch(
        /^Realm [0-9a-f]{32}\n(.*\n)* +kind +deletion_planned\n +blocks +3, 5\.0 MiB\n(.*\n)*Type yes to delete this realm: /,
      );
      expect(world.changes.length > 0).toBe(code === 0);
    }
  });

  it('asks nobody where there is no terminal, and says what to do', async () => {
    const world = purgeWorld();
    expect(await run(world, dump(), { stdin: 'yes\n' })).toEqual({
      code: 2,
      output: '',
      errors:
        'lethe: there is no terminal to ask on, and nothing was changed: give --yes to delete this realm without a question\n',
    });
    expect(world.changes).toEqual([]);
    expect(inFolder()).toEqual([]);
  });

  it('never guesses who orders it', async () => {
    const world = purgeWorld();
    service = await startScriptedService(world.script);
    const outcome = await lethe([...BASE, '--yes'], { env: { ...service.env, USER: 'root' } });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/LETHE_OPERATOR is missing/);
    await run(world, ['--yes', '--by', 'bob']);
    expect(world.orders).toMatchObject([{ orderedBy: 'bob' }]);
  });

  it('says where the address of realm-purge is missing', async () => {
    const world = purgeWorld();
    service = await startScriptedService(world.script);
    const { REALM_PURGE_ADDRESS: _, ...env } = service.env;
    const outcome = await lethe([...BASE, '--yes', '--by', 'ann'], { env });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/REALM_PURGE_ADDRESS is missing/);
    expect(world.changes).toEqual([]);
  });

  it.each([
    ['no realm', ['delete-realm', '--organization', 'org1']],
    ['no organization', ['delete-realm', '--realm', REALM]],
    ['a realm that is none', ['delete-realm', '--organization', 'org1', '--realm', 'all']],
    ['an empty organization', ['delete-realm', '--organization', ' ', '--realm', REALM]],
    ['an empty file name', [...BASE, '--dump-realm-blocks', '']],
    ['blocks to keep without a list', [...BASE, '--keep-blocks', '--yes']],
    ['nobody', [...BASE, '--by', '']],
    ['an argument too many', [...BASE, 'more']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const world = purgeWorld();
    world.script.startPurge = () => {
      throw new Error('called');
    };
    service = await startScriptedService(world.script);
    const outcome = await lethe(argv, { env: { ...service.env, LETHE_OPERATOR: 'ann' } });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
  });
});
