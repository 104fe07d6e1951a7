import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportRealmBlocksResponse } from '@lethe/contracts';
import { PROCESS_TEST_MS, startLethe } from '../testing/process.js';
import { purgeWorld, REALM, slugsOf, type PurgeWorld } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lethe-'));
  file = join(folder, 'list.txt');
});
afterEach(() => service?.stop());

const argv = (...more: string[]) => [
  ...['delete-realm', '--organization', 'org1', '--realm', REALM, '--by', 'ann', '--yes'],
  ...['--dump-realm-blocks', file, ...more],
];
async function run(world: PurgeWorld, ...more: string[]) {
  await service?.stop();
  service = await startScriptedService(world.script);
  return lethe(argv(...more), { env: service.env });
}
const text = (world: PurgeWorld) => world.slugs.map((slug) => `${slug}\n`).join('');
const message = (slugs: string[], total: number, retained = 0): ExportRealmBlocksResponse => ({
  ...{ slugs, total, retained },
});

/** Where a run stands that could make no list: nothing is lost. */
function expectNoList(world: PurgeWorld, { errors }: { errors: string }) {
  expect(errors).toContain(
    'is ordered; its blocks are kept, and none is lost. Go on with: lethe delete-realm',
  );
  expect(readdirSync(folder)).toEqual([]);
  expect(world.changes).toEqual(['startPurge']);
}

const [a, b, c] = slugsOf(3) as [string, string, string];
const STREAMS: [string, () => Iterable<ExportRealmBlocksResponse>, RegExp][] = [
  ['ends before it begins', () => [], /ended before it began/],
  ['ends early', () => [message([a, b], 3)], /ended after 2 of 3 blocks/],
  ['sends more than it announced', () => [message([a, b, c], 2)], /sent more than the 2 blocks/],
  ['changes its total', () => [message([a], 3), message([b], 4)], /changed its total/],
  ['goes back', () => [message([b, a, c], 3)], /out of order/],
  ['repeats a block', () => [message([a, b], 3), message([b], 3)], /out of order/],
  [
    'sends what is of another organization',
    () => [message([a, ...slugsOf(2, 'org2')], 3)],
    /no block of organization org1/,
  ],
  ['sends what is no block', () => [message([`org1/${'x'.repeat(36)}`], 3)], /no block of organization/],
  ['sends a line feed', () => [message([`${a}\n${b}`], 3)], /no block of organization/],
  ['counts backwards', () => [message([a, b, c], 3, -1)], /sent more than/],
  ['has less than was counted', () => [message([a, b], 2)], /counted 3 blocks, but realm purge exports 2/],
  [
    'never ends',
    function* () {
      for (;;) yield message([], 3);
    },
    /empty pages/,
  ],
];

describe('an export', () => {
  it.each(STREAMS)('that %s never becomes a list', async (_, messages, sentence) => {
    const world = purgeWorld(3);
    world.script.exportRealmBlocks = async function* () {
      yield* messages();
    };
    const outcome = await run(world);
    expect(outcome.code).toBe(70);
    expect(outcome.errors).toMatch(sentence);
    expectNoList(world, outcome);
  });

  it('that breaks never becomes a list, and the next run makes it', async () => {
    const world = purgeWorld(20_001);
    const before = world.script.exportRealmBlocks;
    world.script.exportRealmBlocks = async function* (request, signal) {
      for await (const page of before(request, signal)) {
        yield page;
        throw Object.assign(new Error('gone'), { code: 14, details: 'gone' });
      }
    };
    const outcome = await run(world);
    expect(outcome.code).toBe(69);
    expectNoList(world, outcome);
    world.script.exportRealmBlocks = before;
    expect(await run(world)).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(file, 'utf8')).toBe(text(world));
  });

  it('of full pages may end with an empty one', async () => {
    const world = purgeWorld(3);
    world.script.exportRealmBlocks = async function* () {
      yield message(world.slugs, 3);
      yield message([], 3);
    };
    expect(await run(world)).toMatchObject({ code: 0, errors: '' });
  });
});

describe('the file', () => {
  it(
    'is not there when the disk is full, and the next run writes it',
    async () => {
      const world = purgeWorld(50_000);
      service = await startScriptedService(world.script);
      // In units of 512 bytes: half of the list.
      const full = await startLethe(argv(), service.env, 'ulimit -f 2048').ended;
      expect(full.code).toBe(70);
      expect(full.errors).toContain(`cannot write ${file}: it would be larger than this user may write`);
      expectNoList(world, full);
      expect(await run(world)).toMatchObject({ code: 0, errors: '' });
      expect(readFileSync(file, 'utf8')).toBe(text(world));
    },
    PROCESS_TEST_MS,
  );

  it('is left alone where it appears in the meantime', async () => {
    const world = purgeWorld();
    const before = world.script.exportRealmBlocks;
    world.script.exportRealmBlocks = (request, signal) => {
      writeFileSync(file, 'of another run');
      return before(request, signal);
    };
    const outcome = await run(world);
    expect(outcome.code).toBe(1);
    expect(outcome.errors).toContain(`${file} exists by now, and was left as it is: name another file`);
    expect(readFileSync(file, 'utf8')).toBe('of another run');
    expect(readdirSync(folder)).toEqual(['list.txt']);
    expect(world.releases).toEqual([]);
  });

  it.each([
    ['a block too few', (lines: string[]) => lines.slice(1), /lacks 1 block/],
    [
      'its end cut off',
      (lines: string[]) => [...lines.slice(0, -1), lines.at(-1)!.slice(0, 20)],
      /line 3 of/,
    ],
    ['a block too many', (lines: string[]) => [...lines, `${lines.at(-1)!.slice(0, -1)}g`], /line 4 of/],
    ['another order', (lines: string[]) => lines.reverse(), /line 1 of|line 2 of/],
    ['an empty line', (lines: string[]) => [...lines, ''], /line 4 of/],
    ['no end of line', () => ['x'.repeat(100_000)], /line 1 of .* is too long/],
  ])('of an earlier run that has %s is refused, and stays as it was', async (_, change, sentence) => {
    const world = purgeWorld(3);
    world.state = 'purging';
    world.kept = true;
    const list = change([...world.slugs])
      .join('\n')
      .concat('\n');
    const cut = list.length > 0 && sentence.source.includes('line 3') ? list.slice(0, -1) : list;
    writeFileSync(file, cut);
    const outcome = await run(world);
    expect(outcome.code).toBe(1);
    expect(outcome.errors).toMatch(sentence);
    expect(readFileSync(file, 'utf8')).toBe(cut);
    expect(readdirSync(folder)).toEqual(['list.txt']);
    expect(world.releases).toEqual([]);
  });

  it('of an earlier run is not released by a checksum of other content', async () => {
    for (const checksum of [
      `${'0'.repeat(64)}  list.txt\n`,
      'nothing',
      `${'0'.repeat(64)}  a\n${'0'.repeat(64)}  b\n`,
    ]) {
      const world = purgeWorld(3);
      world.state = 'purging';
      world.kept = true;
      writeFileSync(file, text(world));
      writeFileSync(`${file}.sha256`, checksum);
      expect(await run(world)).toMatchObject({ code: 1 });
      expect(readFileSync(`${file}.sha256`, 'utf8')).toBe(checksum);
      expect(world.releases).toEqual([]);
    }
  });

  it('may have any name', async () => {
    file = join(folder, 'a\\b\nc .txt');
    const world = purgeWorld(3);
    expect(await run(world, '--keep-blocks')).toMatchObject({ code: 0 });
    const [line] = readFileSync(`${file}.sha256`, 'utf8').split('\n');
    expect(line).toMatch(/^\\[0-9a-f]{64} {2}a\\\\b\\nc \.txt$/);
    expect(await run(world)).toMatchObject({ code: 0 });
  });
});
