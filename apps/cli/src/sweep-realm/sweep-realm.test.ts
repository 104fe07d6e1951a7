import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { Deletion } from '@lethe/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { purgeWorld, REALM, refusal, slugsOf, type PurgeWorld } from '../testing/purge-world.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'lethe-')), 'list.txt');
});
afterEach(() => service?.stop());

async function run(world: PurgeWorld, argv = ['--yes'], options: RunOptions = {}) {
  await service?.stop();
  service = await startScriptedService(world.script);
  const base = ['sweep', '--realm', REALM, '--from', file, '--by', 'ann'];
  return lethe([...base, ...argv], { env: service.env, ...options });
}

/** A purge that keeps its blocks, with its list and checksum as delete-realm wrote them. */
function keptWorld(count = 3): PurgeWorld {
  const world = purgeWorld(count);
  Object.assign(world, { state: 'purging', kept: true, slowness: 0 });
  writeList(world.slugs);
  return world;
}
function writeList(lines: readonly string[]): string {
  const list = lines.map((line) => `${line}\n`).join('');
  const digest = createHash('sha256').update(list).digest('hex');
  writeFileSync(file, list);
  writeFileSync(`${file}.sha256`, `${digest}  list.txt\n`);
  return digest;
}
/** The list of a realm, then changed by hand, and its checksum made anew: only the comparison can tell. */
const changed = (change: (lines: string[]) => string[]) => (world: PurgeWorld) => {
  writeList(change([...world.slugs]));
};

describe('lethe sweep', () => {
  it('releases the blocks whose list it has compared', async () => {
    const world = keptWorld(25_000);
    expect(await run(world)).toEqual({
      code: 0,
      output:
        `Compared 25000 block slug(s) of ${file}: each is kept by the deletion of realm ${REALM}\n` +
        `Removing its blocks from the object storage; follow with: lethe deletion watch ${WORKSPACE}\n`,
      errors: '',
    });
    expect(world.changes).toEqual(['releaseKeptBlocks']);
    expect(world.releases).toEqual([
      {
        workspaceId: WORKSPACE,
        orderedBy: 'ann',
        manifestDigest: readFileSync(`${file}.sha256`, 'utf8').slice(0, 64),
      },
    ]);
  });

  it('tells what goes beside the list, and what stays', async () => {
    const world = keptWorld(5);
    writeList([world.slugs[1]!, world.slugs[3]!]);
    world.retained = 4;
    const { code, output } = await run(world);
    expect(code).toBe(0);
    expect(output).toMatch(/^Compared 2 block slug\(s\)/);
    expect(output).toContain('3 more block(s) of realm');
    expect(output).toContain('4 block(s) that a live realm of the organization shares stay\n');
  });

  it('takes an empty list of a realm that has no block of its own', async () => {
    expect(await run(keptWorld(0))).toMatchObject({ code: 0, errors: '' });
  });

  it('refuses a list that says nothing of the realm, or may have lost its end', async () => {
    const world = keptWorld(3);
    writeList([]);
    const empty = await run(world);
    writeList(world.slugs.slice(0, 2));
    rmSync(`${file}.sha256`);
    const short = await run(world);
    for (const [{ code, output, errors }, lacks] of [
      [empty, 'lacks 3 of the kept blocks: nothing'],
      [short, 'lacks 1 of the kept blocks and has no checksum: nothing'],
    ] as const) {
      expect([code, output]).toEqual([1, '']);
      expect(errors).toContain(lacks);
      expect(errors).toContain(
        `Make a new list with: lethe delete-realm --organization org1 --realm ${REALM} --dump-realm-blocks FILE --keep-blocks`,
      );
    }
    expect(world.changes).toEqual([]);
  });

  it('goes on without a checksum, and says so', async () => {
    const world = keptWorld();
    const list = readFileSync(file);
    file = `${file}.moved`;
    writeFileSync(file, list);
    expect(await run(world)).toMatchObject({
      code: 0,
      errors: `lethe: there is no ${file}.sha256: compared without a checksum\n`,
    });
  });

  it.each([
    [
      'a block of another realm',
      changed((lines) => [...lines, ...slugsOf(5).slice(4)]),
      /line 4 of .* is not among/,
    ],
    ['a block of another organization', changed(() => slugsOf(1, 'org2')), /line 1 of .* is not among/],
    [
      'a foreign block in the middle',
      changed(([a, b, c]) => [a!, b!, `${b!}x`, c!]),
      /line 3 of .* is not among/,
    ],
    ['a block twice', changed(([a, b, c]) => [a!, b!, b!, c!]), /line 3 of .* is not among/],
    ['another order', changed((lines) => lines.reverse()), /line [12] of .* is not among/],
    [
      'lines that end otherwise',
      changed((lines) => lines.map((line) => `${line}\r`)),
      /line 1 of .* is not among/,
    ],
    ['an empty line', changed(([a, b, c]) => [a!, '', b!, c!]), /line 2 of .* is not among/],
    [
      'a line cut off',
      (world: PurgeWorld) => {
        writeFileSync(file, `${world.slugs[0]!}\n${world.slugs[1]!.slice(0, 30)}`);
      },
      /line 2 of .* is not among/,
    ],
    [
      'lines cut off, which only the checksum tells',
      (world: PurgeWorld) => {
        writeFileSync(file, `${world.slugs[0]!}\n`);
      },
      /is not what .*\.sha256 says/,
    ],
    [
      'a checksum that is none',
      () => {
        writeFileSync(`${file}.sha256`, 'x'.repeat(10_000));
      },
      /is not one line as sha256sum writes it/,
    ],
  ])('refuses a list with %s, and releases nothing', async (_, spoil, sentence) => {
    const world = keptWorld();
    spoil(world);
    const { code, output, errors } = await run(world);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(sentence);
    expect(world.changes).toEqual([]);
  });

  it('refuses a list that is not there with 2', async () => {
    const world = keptWorld();
    file = `${file}.other`;
    const { code, errors } = await run(world);
    expect(code).toBe(2);
    expect(errors).toMatch(/cannot read .*: there is no such file/);
    expect(world.changes).toEqual([]);
  });

  it('never takes the beginning of an export for all of it', async () => {
    const world = keptWorld();
    writeList(world.slugs.slice(0, 1));
    world.script.exportRealmBlocks = async function* () {
      yield { slugs: world.slugs.slice(0, 1), total: 3, retained: 0 };
    };
    expect(await run(world)).toMatchObject({ code: 70, output: '' });
    expect(world.changes).toEqual([]);
  });

  it.each([
    ['was released already', { kept: false }, /does not keep its blocks/],
    ['is over', { state: 'purged' }, /has already been deleted, with all its blocks/],
    ['was not ordered', { state: 'deleted' }, /is not being deleted/],
    ['was not counted yet', { slowness: 9 }, /are not counted yet/],
  ] as const)('refuses with 1 what %s', async (_, state, sentence) => {
    const world = keptWorld();
    Object.assign(world, state);
    const { code, output, errors } = await run(world);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(sentence);
    expect(world.changes).toEqual([]);
  });

  it('refuses what was kept and released since, and a realm that nobody knows', async () => {
    const world = keptWorld();
    world.kept = false;
    const kept = Deletion.fromPartial({ ...SCHEDULED, state: 3, keepBlocks: true });
    world.script.getDeletion = () => ({ deletion: kept });
    expect((await run(world)).errors).toContain('does not keep its blocks any more');
    world.script.getDeletion = () => {
      throw refusal(status.NOT_FOUND, 'DELETION_NOT_FOUND');
    };
    expect(await run(world)).toMatchObject({ code: 1, output: '' });
    expect(world.changes).toEqual([]);
  });

  it('asks, and changes nothing without a yes', async () => {
    for (const [stdin, code] of [
      ['yes\n', 0],
      ['no\n', 1],
    ] as const) {
      const world = keptWorld();
      const outcome = await run(world, [], { terminal: true, stdin });
      expect(outcome.code).toBe(code);
      expect(outcome.errors).toContain(
        'All 3 of them are removed from the object storage.\nType yes to remove these blocks: ',
      );
      expect(world.releases).toHaveLength(code === 0 ? 1 : 0);
    }
    expect(await run(keptWorld(), [])).toMatchObject({ code: 2 });
  });

  it('says at Ctrl-C that nothing was changed, or that it may be', async () => {
    const world = keptWorld();
    const interrupt = new AbortController();
    const before = world.script.exportRealmBlocks;
    world.script.exportRealmBlocks = async function* (request, signal) {
      yield* before(request, signal);
      interrupt.abort();
    };
    expect(await run(world, ['--yes'], { signal: interrupt.signal })).toMatchObject({
      code: 130,
      errors: 'lethe: interrupted. Nothing was changed.\n',
    });
    expect(world.changes).toEqual([]);

    world.script.exportRealmBlocks = before;
    const later = new AbortController();
    world.script.releaseKeptBlocks = () => {
      later.abort();
      return new Promise(() => undefined);
    };
    const outcome = await run(world, ['--yes'], { signal: later.signal });
    expect(outcome.code).toBe(130);
    expect(outcome.errors).toMatch(
      /may be released already\. Look with: lethe deletion explain .* go on with: lethe sweep /,
    );
  });

  it.each([
    ['no realm', ['sweep', '--from', 'x']],
    ['no list', ['sweep', '--realm', REALM]],
    ['an empty name', ['sweep', '--realm', REALM, '--from', '']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const outcome = await lethe(argv, { env: {} });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
  });
});
