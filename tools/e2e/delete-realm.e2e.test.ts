import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { blockKey, DeletionState } from '@lethe/contracts';
import { eventually } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { expectOk } from '../system/rest.js';
import { createWorkspace, seedOrganization, type SampleWorkspace } from '../system/world.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const LETHE = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const run = promisify(execFile);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What an operator of a large installation does by hand, and what scripts made for Parsec's two commands do. */
describe('deleting realms from the command line', () => {
  let trial: Trial;
  let files: string;
  const expectations: Expectation[] = [];
  const workspaces: Record<'listed' | 'kept' | 'killed' | 'lives' | 'orphan', SampleWorkspace> = {} as never;

  beforeAll(async () => {
    trial = await startTrial();
    files = await mkdtemp(join(tmpdir(), 'lethe-e2e-delete-realm-'));
    const policy = {
      graceSeconds: 0,
      orphanDelaySeconds: 0,
      sequestered: false,
      purgeMode: 'manual',
    } as const;
    await seedOrganization(trial.pools.workspace, 'org1', policy, [
      { userId: 'ada', orgRole: 255 },
      { userId: 'leaver', orgRole: 2 },
    ]);
    const [ada, leaver] = [await trial.rest('ada'), await trial.rest('leaver')];
    workspaces.lives = await createWorkspace(trial, ada, 'lives', { blocks: 20 });
    const shared = workspaces.lives.blocks.slice(0, 5);
    workspaces.listed = await createWorkspace(trial, ada, 'listed', { blocks: 30, shared });
    workspaces.kept = await createWorkspace(trial, ada, 'kept', { blocks: 30 });
    workspaces.killed = await createWorkspace(trial, ada, 'killed', { blocks: 30 });
    workspaces.orphan = await createWorkspace(trial, leaver, 'orphan', { blocks: 10 });
    for (const name of ['listed', 'kept', 'killed'] as const)
      await expectOk(ada('DELETE', `/workspace/${workspaces[name].workspaceId}`));
    await trial.pools.workspace.query(`update account set revoke_time = now() where user_id = 'leaver'`);
    expectations.push({ ...workspaces.lives, fate: 'lives' });
  });
  afterAll(async () => {
    await trial.stop();
    await rm(files, { recursive: true, force: true });
  });

  const env = () => ({ ...trial.system.operatorEnv, LETHE_OPERATOR: 'ann' });
  const lethe = (...args: string[]): Promise<Ran> =>
    run(process.execPath, [LETHE, ...args], { env: env() }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as Ran,
    );
  const hex = ({ workspaceId }: SampleWorkspace) => workspaceId.replaceAll('-', '');
  const order = (workspace: SampleWorkspace, ...more: string[]) => [
    ...['delete-realm', '--organization', 'org1', '--realm', hex(workspace), ...more],
  ];
  const listOf = (workspace: SampleWorkspace) => {
    const own = workspace.blocks.filter((id) => !workspaces.lives.blocks.includes(id));
    return own
      .map((id) => `${blockKey('org1', id)}\n`)
      .sort()
      .join('');
  };

  it('tells sizes, and what a dry run would do', async () => {
    const { listed, lives } = workspaces;
    const sizes = await eventually('all are deletable', async () => {
      const ran = await lethe('list-deletable-realms', '--organization', 'org1', '--sizes');
      return ran.stdout.startsWith('Found 4') && ran;
    });
    expect(sizes.stdout).toMatch(new RegExp(`^Realm ${hex(listed)} .*Z  blocks=35  bytes=\\d+$`, 'm'));
    const file = join(files, 'dry.txt');
    expect(await lethe(...order(listed, '--dump-realm-blocks', file, '--dry-run'))).toMatchObject({
      code: 0,
    });
    expect(await readdir(files)).toEqual([]);
    expect(await lethe(...order(lives, '--dump-realm-blocks', file, '--yes'))).toMatchObject({
      code: 1,
      stderr: `lethe: realm ${hex(lives)} is neither orphaned nor planned for deletion\n`,
    });
    expect(await readdir(files)).toEqual([]);
  });

  it('lists the blocks that go, deletes the realm, and refuses to do it twice', async () => {
    const { listed } = workspaces;
    const file = join(files, 'listed.txt');
    const ran = await lethe(...order(listed, '--dump-realm-blocks', file, '--yes'));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain(
      `Exported 30 block slug(s) to ${file}\nLeft out 5 block(s) that a live realm`,
    );
    expect(await readFile(file, 'utf8')).toBe(listOf(listed));
    await run('sha256sum', ['-c', 'listed.txt.sha256'], { cwd: files });
    await trial.purged(listed.workspaceId);
    expect(await lethe(...order(listed, '--dump-realm-blocks', file, '--yes'))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `lethe: realm ${hex(listed)} has already been deleted\n`,
    });
    expect(await readFile(file, 'utf8')).toBe(listOf(listed));
    expectations.push({ ...listed, fate: 'purged', retained: workspaces.lives.blocks.slice(0, 5) });
  });

  it('keeps blocks until the list is swept, and says so meanwhile', async () => {
    const { kept } = workspaces;
    const file = join(files, 'kept.txt');
    const ran = await lethe(...order(kept, '--dump-realm-blocks', file, '--yes', '--keep-blocks'));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('⚠️ The realm has been deleted, however its blocks are still present');
    expect(await readFile(file, 'utf8')).toBe(listOf(kept));

    const explained = await lethe('deletion', 'explain', kept.workspaceId);
    expect(explained).toMatchObject({ code: 0, stderr: '' });
    expect(explained.stdout).toContain('BlocksKept');
    expect(explained.stdout).toContain(`lethe sweep --realm ${hex(kept)} --from FILE`);
    expect(await lethe('deletion', 'pause', kept.workspaceId, '--reason', 'moving')).toMatchObject({
      code: 0,
    });
    expect((await lethe('deletion', 'explain', kept.workspaceId)).stdout).toContain('lethe deletion resume');
    expect(await lethe('deletion', 'resume', kept.workspaceId)).toMatchObject({ code: 0 });
    expect(await lethe('deletion', 'retry', kept.workspaceId)).toMatchObject({ code: 0 });

    const other = join(files, 'listed.txt');
    expect(await lethe('sweep', '--realm', hex(kept), '--from', other, '--yes')).toMatchObject({ code: 1 });
    expect((await trial.deletionOf(kept.workspaceId)).state).toBe(DeletionState.PURGING);
    const swept = await lethe('sweep', '--realm', hex(kept), '--from', file, '--yes');
    expect(swept).toMatchObject({ code: 0, stderr: '' });
    expect(swept.stdout).toMatch(/^Compared 30 block slug\(s\)/);
    await trial.purged(kept.workspaceId);
    expect(await lethe('sweep', '--realm', hex(kept), '--from', file, '--yes')).toMatchObject({ code: 1 });
    expectations.push({ ...kept, fate: 'purged' });
  });

  it('is killed again and again while it works, and the same command ends it', async () => {
    const { killed } = workspaces;
    const file = join(files, 'killed.txt');
    const command = order(killed, '--dump-realm-blocks', file, '--yes');
    for (const signal of ['SIGKILL', 'SIGINT'] as const) {
      const child = spawn(process.execPath, [LETHE, ...command], { env: env(), stdio: 'pipe' });
      const ended = new Promise((resolve) => child.once('close', resolve));
      await eventually('the order is given', async () => {
        const { state } = await trial.deletionOf(killed.workspaceId);
        return state === DeletionState.PURGING;
      });
      child.kill(signal);
      await ended;
    }
    const { code, stdout } = await lethe(...command);
    // Where a run came to its end before it was killed, there is nothing left to do.
    expect(code === 0 || (await readFile(file, 'utf8')) === listOf(killed)).toBe(true);
    if (code === 0) expect(stdout).toContain('Exported 30 block slug(s)');
    expect(await readFile(file, 'utf8')).toBe(listOf(killed));
    await trial.purged(killed.workspaceId);
    expectations.push({ ...killed, fate: 'purged' });
  });

  it('deletes an orphan without a list, and leaves nothing and no more than that', async () => {
    const { orphan } = workspaces;
    expect(await lethe(...order(orphan, '--yes'))).toMatchObject({ code: 0, stderr: '' });
    await trial.purged(orphan.workspaceId);
    expectations.push({ ...orphan, fate: 'purged' });
    expect((await readdir(files)).filter((name) => name.endsWith('.partial'))).toEqual([]);
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });
});
