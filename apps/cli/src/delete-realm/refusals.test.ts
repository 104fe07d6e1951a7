import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { DeletionKind } from '@lethe/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { precondition, purgeWorld, REALM, refusal, type PurgeWorld } from '../testing/purge-world.js';
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

async function run(world: PurgeWorld, ...argv: string[]) {
  await service?.stop();
  service = await startScriptedService(world.script);
  const base = ['delete-realm', '--organization', 'org1', '--realm', REALM, '--yes'];
  return lethe([...base, ...argv], { env: { ...service.env, LETHE_OPERATOR: 'ann' } });
}

/** Refuses a planned deletion with the first reason, an orphan with the second. */
function refusing(
  planned: string,
  orphaned = 'NOT_DELETABLE',
  code = status.FAILED_PRECONDITION,
): PurgeWorld {
  const world = purgeWorld();
  world.script.startPurge = ({ kind }) => {
    throw refusal(code, kind === DeletionKind.DELETION_PLANNED ? planned : orphaned);
  };
  return world;
}

const NOT_FOUND = status.NOT_FOUND;
const REFUSALS: [PurgeWorld, string][] = [
  [refusing('ORGANIZATION_NOT_FOUND', '', NOT_FOUND), 'organization not found: org1'],
  [refusing('WORKSPACE_NOT_FOUND', '', NOT_FOUND), `realm not found: ${REALM}`],
  [refusing('ALREADY_PURGED', 'ALREADY_PURGED'), `realm ${REALM} has already been deleted`],
  [refusing('NOT_DELETABLE'), `realm ${REALM} is neither orphaned nor planned for deletion`],
  [refusing('NOT_DUE'), `realm ${REALM} has a planned deletion date that has not been reached yet`],
  [
    refusing('NOT_DELETABLE', 'NOT_DUE'),
    `realm ${REALM} is orphaned, but not for as long as its organization's policy asks yet`,
  ],
  [refusing('HELD'), `realm ${REALM} is held: look with lethe hold list ${WORKSPACE}`],
  [refusing('NOT_DELETABLE', 'HELD'), `realm ${REALM} is held: look with lethe hold list ${WORKSPACE}`],
  [refusing('NO_POLICY'), `realm ${REALM} is never purged: its organization had no deletion policy`],
  [
    refusing('NOT_DELETABLE', 'SEQUESTERED'),
    `realm ${REALM} is orphaned, but organization org1 has a sequester, which can still decrypt it`,
  ],
];

describe('lethe delete-realm refuses', () => {
  describe.each(REFUSALS)('%#', (world, sentence) => {
    it(`with 1: ${sentence}`, async () => {
      writeFileSync(file, 'the only list of another realm');
      for (const more of [[], ['--dump-realm-blocks', file], ['--dump-realm-blocks', file, '--dry-run']])
        expect(await run(world, ...more)).toEqual({ code: 1, output: '', errors: `lethe: ${sentence}\n` });
      expect(readFileSync(file, 'utf8')).toBe('the only list of another realm');
      expect(readdirSync(folder)).toEqual(['list.txt']);
      expect(world.changes).toEqual([]);
    });
  });

  it('a second run after the end, and leaves its list as it was', async () => {
    const world = purgeWorld();
    expect(await run(world, '--dump-realm-blocks', file)).toMatchObject({ code: 0 });
    const list = readFileSync(file, 'utf8');
    for (const state of ['purging', 'purged'] as const) {
      world.state = state;
      const { code, output, errors } = await run(world, '--dump-realm-blocks', file);
      expect({ code, output }).toEqual({ code: 1, output: '' });
      expect(errors).toContain(`lethe: realm ${REALM} has already been deleted`);
    }
    expect(readFileSync(file, 'utf8')).toBe(list);
    expect(world.changes).toEqual(['startPurge', 'releaseKeptBlocks']);
  });

  it('a second run without a list once the metadata is gone, and waits where it is not', async () => {
    const world = purgeWorld();
    world.state = 'purging';
    world.slowness = 5;
    expect(await run(world)).toMatchObject({ code: 0 });
    expect(await run(world)).toEqual({
      code: 1,
      output: '',
      errors: `lethe: realm ${REALM} has already been deleted\n`,
    });
  });

  it('a list of a purge that keeps no blocks, of a planned one and of an orphan', async () => {
    for (const kind of [DeletionKind.DELETION_PLANNED, DeletionKind.ORPHANED]) {
      const world = purgeWorld();
      world.kind = kind;
      world.state = 'purging';
      const { code, errors } = await run(world, '--dump-realm-blocks', file);
      expect(code).toBe(1);
      expect(errors).toContain('has already been deleted');
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('a run without a list where the blocks are kept, and says how to release them', async () => {
    const world = purgeWorld();
    world.state = 'purging';
    world.kept = true;
    const { code, errors } = await run(world);
    expect(code).toBe(1);
    expect(errors).toContain(
      `its blocks are kept: release them with lethe sweep --realm ${REALM} --from FILE`,
    );
    expect(world.changes).toEqual([]);
  });

  it.each([
    ['precondition', () => precondition('GRANTED_OTHERWISE')],
    ['hold', () => precondition('HELD')],
  ])('an order that came too late by a %s, without a file', async (_, reason) => {
    const world = purgeWorld();
    const { startPurge } = world.script;
    world.script.startPurge = (request) => {
      if (!request.validateOnly) throw reason();
      return startPurge(request);
    };
    const outcome = await run(world, '--dump-realm-blocks', file);
    expect(outcome).toMatchObject({ code: 1, output: '' });
    expect(outcome.errors).not.toContain('is ordered');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('to list what an order by somebody else does not keep, whatever the authority answers', async () => {
    const world = purgeWorld();
    const { startPurge } = world.script;
    world.script.startPurge = async (request) => {
      const { grant } = await startPurge(request);
      return { grant: grant && { ...grant, blocksKept: false } };
    };
    const { code, errors } = await run(world, '--dump-realm-blocks', file);
    expect(code).toBe(1);
    expect(errors).toContain('no whole list of them can be made');
    expect(readdirSync(folder)).toEqual([]);
    expect(world.releases).toEqual([]);
  });

  it('a realm that realm-purge has under another organization', async () => {
    const world = purgeWorld();
    const { describeRealms } = world.script;
    world.script.describeRealms = async (request) => {
      const { realms } = await describeRealms(request);
      return { realms: realms.map((realm) => ({ ...realm, organizationId: 'org2' })) };
    };
    expect(await run(world)).toMatchObject({ code: 70, output: '' });
    expect(world.changes).toEqual([]);
  });
});

describe('the place of the list', () => {
  it.each([
    [
      'a file',
      () => {
        writeFileSync(file, '');
      },
      /exists, and may be the only list/,
    ],
    [
      'a link to nowhere',
      () => {
        symlinkSync('/nowhere', file);
      },
      /exists, and may be the only list/,
    ],
    [
      'a folder',
      () => {
        mkdirSync(file);
      },
      /exists, and may be the only list/,
    ],
    [
      'a checksum without its file',
      () => {
        writeFileSync(`${file}.sha256`, '');
      },
      /exists without its file/,
    ],
  ])('is refused with 1 where there is %s, before anything is ordered', async (_, prepare, sentence) => {
    prepare();
    const before = readdirSync(folder);
    const world = purgeWorld();
    const outcome = await run(world, '--dump-realm-blocks', file);
    expect(outcome).toMatchObject({ code: 1, output: '' });
    expect(outcome.errors).toMatch(sentence);
    expect(world.changes).toEqual([]);
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each([
    ['a folder that is not there', () => join(folder, 'nowhere', 'list.txt'), /no such file or folder/],
    [
      'a folder that is a file',
      () => {
        writeFileSync(file, '');
        return join(file, 'list.txt');
      },
      /no folder/,
    ],
    ['a folder that takes no files', () => '/proc/list.txt', /cannot write \/proc\/list\.txt/],
    ['a name that is too long', () => join(folder, 'x'.repeat(250)), /too long/i],
  ])('is refused with 2 in %s, before anything is ordered', async (_, place, sentence) => {
    const world = purgeWorld();
    for (const more of [[], ['--dry-run']]) {
      const outcome = await run(world, '--dump-realm-blocks', place(), ...more);
      expect(outcome).toMatchObject({ code: 2, output: '' });
      expect(outcome.errors).toMatch(sentence);
    }
    expect(world.changes).toEqual([]);
  });
});
