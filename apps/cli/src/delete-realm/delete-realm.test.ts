import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeletionKind } from '@lethe/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
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
const text = (world: PurgeWorld) => world.slugs.map((slug) => `${slug}\n`).join('');
const inFolder = () => readdirSync(folder).sort();
const both = ['paths-to-delete.txt', 'paths-to-delete.txt.sha256'];
const removing = `Removing its blocks from the object storage; follow with: lethe deletion watch ${WORKSPACE}\n`;

describe('lethe delete-realm', () => {
  it('lists the blocks, then deletes the realm, in the words that operators know', async () => {
    const world = purgeWorld(1);
    expect(await run(world, dump('--yes'))).toEqual({
      code: 0,
      output:
        "Exporting a list of all the realm's block that can be removed\n" +
        `Exported 1 block slug(s) to ${file}\n` +
        `Deleting metadata for realm ${REALM}... ✔\n${removing}`,
      errors: '',
    });
    expect(readFileSync(file, 'utf8')).toBe(text(world));
    expect(inFolder()).toEqual(both);
    expect(world.changes).toEqual(['startPurge', 'releaseKeptBlocks']);
    expect(world.orders).toMatchObject([
      { organizationId: 'org1', workspaceId: WORKSPACE, orderedBy: 'ann', keepBlocks: true },
    ]);
  });

  it('writes a checksum that sha256sum verifies, and hands it over with the blocks', async () => {
    const world = purgeWorld(25_001);
    expect(await run(world, dump('--yes'))).toMatchObject({ code: 0, errors: '' });
    const verified = execFileSync('sha256sum', ['-c', 'paths-to-delete.txt.sha256'], { cwd: folder });
    expect(verified.toString()).toBe('paths-to-delete.txt: OK\n');
    expect(readFileSync(file, 'utf8')).toBe(text(world));
    expect(world.releases).toEqual([
      {
        workspaceId: WORKSPACE,
        orderedBy: 'ann',
        manifestDigest: readFileSync(`${file}.sha256`, 'utf8').slice(0, 64),
      },
    ]);
  });

  it('keeps the blocks where it is told to, and says what ends the deletion', async () => {
    const world = purgeWorld(2);
    const { code, output } = await run(world, dump('--yes', '--keep-blocks'));
    expect(code).toBe(0);
    expect(output).toMatch(
      /✔\n⚠️ The realm has been deleted, however its blocks are still present in the object storage\n/,
    );
    expect(output).toContain(
      `⚠️ You should now manually clean the object storage by removing all the path listed in ${file}\n`,
    );
    expect(output).toContain(`lethe sweep --realm ${REALM} --from ${file}\n`);
    expect(world.changes).toEqual(['startPurge']);
    expect(world.kept).toBe(true);
  });

  it('needs no list', async () => {
    const world = purgeWorld();
    expect(await run(world, ['--yes'])).toEqual({
      code: 0,
      output: `Deleting metadata for realm ${REALM}... ✔\n${removing}`,
      errors: '',
    });
    expect(world.orders).toMatchObject([{ keepBlocks: false }]);
    expect(world.changes).toEqual(['startPurge']);
  });

  it('goes by its old name, and deletes an orphan as one', async () => {
    const world = purgeWorld();
    world.kind = DeletionKind.ORPHANED;
    service = await startScriptedService(world.script);
    const env = { ...service.env, LETHE_OPERATOR: 'ann' };
    const argv = ['delete_realm', '--organization', 'org1', '--realm', WORKSPACE, ...dump('--yes')];
    expect(await lethe(argv, { env })).toMatchObject({ code: 0, errors: '' });
    expect(world.orders).toMatchObject([{ kind: DeletionKind.ORPHANED }]);
  });

  it('tells how many blocks a live realm shares, and lists none of them', async () => {
    const world = purgeWorld(2);
    world.retained = 3;
    const { output } = await run(world, dump('--yes'));
    expect(output).toContain('Exported 2 block slug(s)');
    expect(output).toContain(
      'Left out 3 block(s) that a live realm of the organization shares: they stay while it lives\n',
    );
    expect(readFileSync(file, 'utf8')).toBe(text(world));
  });

  it('makes an empty list of a realm without blocks', async () => {
    expect(await run(purgeWorld(0), dump('--yes'))).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('shows a bar with the true total on a terminal', async () => {
    const { output } = await run(purgeWorld(25_000), dump('--yes'), { terminal: true });
    expect(output).toContain("Exporting a list of all the realm's block that can be removed  [###");
    expect(output).toContain('10000/25000');
    expect(output).toMatch(/\[#{36}\] {2}25000\/25000/);
  });

  it('changes nothing in a dry run, and says what would happen', async () => {
    const world = purgeWorld();
    expect(await run(world, dump('--dry-run'))).toEqual({
      code: 0,
      output: `Realm ${REALM}
  organization  org1
  kind          deletion_planned
  blocks        3, 5.0 MiB
  metadata      7 vlob atom(s), 2 key bundle(s)
Would order its purge, which nothing can undo
Would list its 3 block(s), but those that a live realm shares, in ${file}
Would delete its metadata
Would remove its blocks from the object storage
Dry run: nothing was changed
`,
      errors: '',
    });
    expect(world.changes).toEqual([]);
    expect(inFolder()).toEqual([]);
  });

  it('waits for the fence and the count, however long, and for a realm-purge that is away', async () => {
    const world = purgeWorld();
    world.slowness = 30;
    const { getPurge } = world.script;
    let looks = 0;
    world.script.getPurge = (request) => {
      looks += 1;
      if (looks === 3) throw Object.assign(new Error('away'), { code: 14, details: 'away' });
      return getPurge(request);
    };
    const outcome = await run(world, dump('--yes'));
    expect(outcome.code).toBe(0);
    expect(outcome.errors).toMatch(/^lethe: waiting: cannot reach the realm purge.*REALM_PURGE_ADDRESS.*\n/);
    expect(outcome.errors).toContain(
      `still waiting for realm purge; look with lethe deletion explain ${WORKSPACE}`,
    );
    expect(looks).toBeGreaterThan(30);
  });

  it('does not take the purge of an earlier epoch for this one', async () => {
    const world = purgeWorld();
    world.slowness = 0;
    const { getPurge } = world.script;
    let looks = 0;
    world.script.getPurge = async (request) => {
      looks += 1;
      const { purge } = await getPurge(request);
      return { purge: purge && { ...purge, epoch: looks < 4 ? 1 : 3, attention: looks < 4 ? 'old' : '' } };
    };
    expect(await run(world, dump('--yes'))).toMatchObject({ code: 0, errors: '' });
    expect(looks).toBeGreaterThan(3);
  });

  it('says that the purge needs attention while it waits, once', async () => {
    const world = purgeWorld();
    world.slowness = 4;
    const { getPurge } = world.script;
    world.script.getPurge = async (request) => {
      const { purge } = await getPurge(request);
      return { purge: purge && { ...purge, attention: world.slowness > 0 ? 'look\u001b[2J' : '' } };
    };
    const { code, errors } = await run(world, dump('--yes'));
    expect(code).toBe(0);
    expect(errors).toBe(
      `lethe: the purge needs attention: look\\u001b[2J; look with lethe deletion explain ${WORKSPACE}\n`,
    );
  });

  it('shows nothing of the services as it is', async () => {
    const world = purgeWorld();
    writeFileSync(file, '');
    world.script.startPurge = () => {
      throw Object.assign(new Error('x'), { code: 9, details: 'evil\u001b[2J' });
    };
    const { errors } = await run(world, dump('--yes'));
    expect(errors).toBe('lethe: evil\\u001b[2J\n');
  });
});
