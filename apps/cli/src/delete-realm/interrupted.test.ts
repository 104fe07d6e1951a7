import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { PROCESS_TEST_MS, startLethe } from '../testing/process.js';
import { purgeWorld, REALM, type PurgeWorld } from '../testing/purge-world.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-'));
  file = join(folder, "ann's list.txt");
});
afterEach(() => service?.stop());

const argv = (...more: string[]) => [
  ...['delete-realm', '--organization', 'org1', '--realm', REALM, '--by', 'ann', '--dump-realm-blocks', file],
  ...more,
];
async function run(world: PurgeWorld, options: RunOptions = {}, ...more: string[]) {
  await service?.stop();
  service = await startScriptedService(world.script);
  return lethe(argv('--yes', ...more), { env: service.env, ...options });
}
const text = (world: PurgeWorld) => world.slugs.map((slug) => `${slug}\n`).join('');
const goOn = () =>
  `lethe delete-realm --organization org1 --realm ${REALM} --dump-realm-blocks '${file.replace("'", "'\\''")}' --yes --by ann`;

/** Ctrl-C in the middle of a call: it arrived, and never answers. */
function stuck(interrupt: AbortController): Promise<never> {
  interrupt.abort();
  return new Promise(() => undefined);
}
const whole = () => ["ann's list.txt", "ann's list.txt.sha256"];

/** The same command again, by a service that answers again, does all that was left. */
async function goesOn(world: PurgeWorld, script: PurgeWorld['script']) {
  Object.assign(world.script, script);
  expect(await run(world)).toMatchObject({ code: 0, errors: '' });
  expect(readFileSync(file, 'utf8')).toBe(text(world));
  expect(readdirSync(folder).sort()).toEqual(whole());
  expect(world.kept).toBe(false);
  expect(world.releases).toHaveLength(1);
}

describe('Ctrl-C', () => {
  it('before the order changes nothing, and says so', async () => {
    for (const call of ['startPurge', 'getDeletion', 'describeRealms'] as const) {
      const world = purgeWorld();
      const interrupt = new AbortController();
      world.script[call] = () => stuck(interrupt);
      expect(await run(world, { signal: interrupt.signal })).toEqual({
        code: 130,
        output: '',
        errors: 'lethe: interrupted. Nothing was changed.\n',
      });
      expect(world.changes).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('at the question changes nothing', async () => {
    const world = purgeWorld();
    service = await startScriptedService(world.script);
    const interrupt = new AbortController();
    const outcome = await lethe(argv(), {
      ...{ env: service.env, terminal: true, signal: interrupt.signal },
      onErrors: (soFar) => {
        if (soFar.includes('Type yes')) interrupt.abort();
      },
    });
    expect(outcome.code).toBe(130);
    expect(outcome.errors).toMatch(/Nothing was changed\.\n$/);
    expect(world.changes).toEqual([]);
  });

  it.each([true, false])('during the order says that it may be given (it was: %s)', async (given) => {
    const world = purgeWorld();
    const before = { ...world.script };
    const interrupt = new AbortController();
    world.script.startPurge = (request) => {
      if (request.validateOnly) return before.startPurge(request);
      if (given) void before.startPurge(request);
      return stuck(interrupt);
    };
    expect(await run(world, { signal: interrupt.signal })).toEqual({
      code: 130,
      output: '',
      errors: `lethe: interrupted. The purge of realm ${REALM} may be ordered all the same; if so, its blocks are kept. Go on with: ${goOn()}\n`,
    });
    await goesOn(world, before);
  });

  it('while it waits says that the blocks are kept, and goes on from there', async () => {
    const world = purgeWorld();
    const before = { ...world.script };
    const interrupt = new AbortController();
    world.script.getPurge = () => stuck(interrupt);
    expect(await run(world, { signal: interrupt.signal })).toEqual({
      code: 130,
      output: '',
      errors: `lethe: interrupted. The purge of realm ${REALM} is ordered; its blocks are kept, and none is lost. Go on with: ${goOn()}\n`,
    });
    expect(world.changes).toEqual(['startPurge']);
    await goesOn(world, before);
  });

  it('during the export leaves no file, and releases nothing, even at its last page', async () => {
    for (const pages of [1, 3]) {
      const world = purgeWorld(30_000);
      const before = { ...world.script };
      const interrupt = new AbortController();
      let sent = 0;
      world.script.exportRealmBlocks = async function* (request, signal) {
        for await (const page of before.exportRealmBlocks(request, signal)) {
          yield page;
          sent += 1;
          if (sent === pages) interrupt.abort();
        }
      };
      const outcome = await run(world, { signal: interrupt.signal });
      expect(outcome.code).toBe(130);
      expect(outcome.errors).toContain(
        `is ordered; its blocks are kept, and none is lost. Go on with: ${goOn()}\n`,
      );
      expect(readdirSync(folder)).toEqual([]);
      expect(world.changes).toEqual(['startPurge']);
      await goesOn(world, before);
      file = join(mkdtempSync(join(tmpdir(), 'lethe-')), "ann's list.txt");
      folder = join(file, '..');
    }
  });

  it('while the metadata goes keeps the list, and the next run compares it', async () => {
    const world = purgeWorld();
    const before = { ...world.script };
    const interrupt = new AbortController();
    world.script.getPurge = async (request) => {
      const { purge } = await before.getPurge(request);
      if (purge?.countTime !== undefined && readdirSync(folder).length === 2) interrupt.abort();
      return { purge: purge && { ...purge, shredTime: undefined } };
    };
    const outcome = await run(world, { signal: interrupt.signal });
    expect(outcome.code).toBe(130);
    expect(outcome.output).toMatch(/Exported 3 block.*\nDeleting metadata for realm [0-9a-f]+\.\.\. \n$/);
    expect(outcome.errors).toContain('its blocks are kept, and none is lost');
    expect(readdirSync(folder).sort()).toEqual(whole());
    await goesOn(world, before);
  });

  it('during the release says that it may be done', async () => {
    const world = purgeWorld();
    const interrupt = new AbortController();
    world.script.releaseKeptBlocks = () => stuck(interrupt);
    const outcome = await run(world, { signal: interrupt.signal });
    expect(outcome.code).toBe(130);
    expect(outcome.errors).toContain(
      `the blocks of realm ${REALM} may be released already. Look with: lethe deletion explain ${WORKSPACE}`,
    );
  });

  it('without a list says that the purge goes on by itself', async () => {
    const world = purgeWorld();
    const interrupt = new AbortController();
    world.script.getPurge = () => stuck(interrupt);
    service = await startScriptedService(world.script);
    const plain = ['delete-realm', '--organization', 'org1', '--realm', REALM, '--by', 'ann', '--yes'];
    expect(await lethe(plain, { env: service.env, signal: interrupt.signal })).toMatchObject({
      code: 130,
      errors: `lethe: interrupted. The purge of realm ${REALM} is ordered, and goes on by itself. Follow with: lethe deletion watch ${WORKSPACE}\n`,
    });
  });
});

describe('a run that is killed', () => {
  it(
    'leaves no list, and the next run removes what it left',
    async () => {
      const world = purgeWorld(30_000);
      const before = { ...world.script };
      world.script.exportRealmBlocks = async function* (request, signal) {
        for await (const page of before.exportRealmBlocks(request, signal)) {
          yield page;
          // The rest never comes.
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve);
          });
        }
      };
      service = await startScriptedService(world.script);
      const stopped = new AbortController();
      const changes = watch(folder, { signal: stopped.signal });
      const { child, ended } = startLethe(argv('--yes'), service.env);
      // The first draft is the trial before the order; the list's own is the one that grows.
      for await (const { filename, eventType } of changes)
        if (world.changes.length > 0 && eventType === 'change' && filename?.endsWith('.partial')) break;
      child.kill('SIGKILL');
      await ended;
      expect(readdirSync(folder)).toEqual([
        expect.stringMatching(/^ann's list\.txt\.[0-9a-f]{16}\.partial$/),
      ]);
      await goesOn(world, before);
    },
    PROCESS_TEST_MS,
  );

  it('between the list and its checksum is healed by the next run', async () => {
    const world = purgeWorld();
    world.state = 'purging';
    world.kept = true;
    writeFileSync(file, text(world));
    writeFileSync(`${file}.0123456789abcdef.partial`, 'half');
    writeFileSync(`${file}.sha256.0123456789abcdef.partial`, 'half');
    writeFileSync(join(folder, 'mine.partial'), 'not ours');
    const outcome = await run(world, {}, '--keep-blocks');
    expect(outcome).toMatchObject({ code: 0, errors: '' });
    expect(readdirSync(folder).sort()).toEqual([...whole(), 'mine.partial']);
    expect(world.kept).toBe(true);
  });

  it(
    'is told to a process by SIGINT',
    async () => {
      const world = purgeWorld();
      const asked = new Promise<void>((resolve) => {
        world.script.getPurge = () => {
          resolve();
          return new Promise(() => undefined);
        };
      });
      service = await startScriptedService(world.script);
      const { child, ended } = startLethe(argv('--yes'), service.env);
      await asked;
      child.kill('SIGINT');
      const { code, errors } = await ended;
      expect(code).toBe(130);
      expect(errors).toContain(`Go on with: ${goOn()}\n`);
    },
    PROCESS_TEST_MS,
  );
});
