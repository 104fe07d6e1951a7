import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeletionKind } from '@lethe/contracts';
import { eventually } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { expectOk } from '../system/rest.js';
import { addMember, createWorkspace, seedOrganization, type SampleWorkspace } from '../system/world.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const LETHE = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const run = promisify(execFile);

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An operator before a manual organization: nothing is purged until somebody orders it. */
describe("an operator's work with lethe", () => {
  let trial: Trial;
  let files: string;
  let planned: SampleWorkspace;
  let orphan: SampleWorkspace;
  const expectations: Expectation[] = [];

  beforeAll(async () => {
    trial = await startTrial();
    files = await mkdtemp(join(tmpdir(), 'lethe-e2e-operator-'));
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
    planned = await createWorkspace(trial, ada, 'planned', { blocks: 30 });
    orphan = await createWorkspace(trial, leaver, 'orphaned', { blocks: 30 });
    const mixed = await createWorkspace(trial, leaver, 'one member left', { blocks: 30 });
    await addMember(trial.pools.workspace, mixed.workspaceId, 'ada', 'READ');
    await expectOk(ada('DELETE', `/workspace/${planned.workspaceId}`));
    await trial.pools.workspace.query(`update account set revoke_time = now() where user_id = 'leaver'`);
    expectations.push({ ...mixed, fate: 'lives' });
  });
  afterAll(async () => {
    await trial.stop();
    await rm(files, { recursive: true, force: true });
  });

  const lethe = (...args: string[]): Promise<Ran> =>
    run(process.execPath, [LETHE, ...args], { env: { ...trial.system.operatorEnv } }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as Ran,
    );
  const hex = ({ workspaceId }: SampleWorkspace) => workspaceId.replaceAll('-', '');

  it('lists what is deletable, of both kinds and nothing else', async () => {
    const { code, stdout } = await eventually('both are deletable', async () => {
      const listed = await lethe('list-deletable-realms', '--organization', 'org1');
      return listed.stdout.startsWith('Found 2') && listed;
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^Realm ${hex(planned)}  kind=deletion_planned  deletion_date=.+Z$`, 'm'),
    );
    expect(stdout).toMatch(
      new RegExp(`^Realm ${hex(orphan)}  kind=orphaned          orphaned_since=.+Z$`, 'm'),
    );
    expect(await lethe('list_deletable_realms', '--organization', 'nobody')).toMatchObject({
      code: 1,
      stdout: '',
    });
  });

  it('orders both purges, watches one to its end and verifies its certificate offline', async () => {
    for (const [workspace, kind] of [
      [planned, DeletionKind.DELETION_PLANNED],
      [orphan, DeletionKind.ORPHANED],
    ] as const)
      await trial.system.authority.unary((client) => client.startPurge, {
        ...workspace,
        kind,
        orderedBy: 'operator',
        validateOnly: false,
        keepBlocks: false,
      });
    const watched = await lethe('deletion', 'watch', planned.workspaceId);
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    await trial.purged(orphan.workspaceId);
    expect(await lethe('list-deletable-realms', '--organization', 'org1', '--json')).toMatchObject({
      code: 0,
      stdout: '[]\n',
    });

    const [certificate, keys] = [join(files, 'certificate.jws'), join(files, 'keys.json')];
    expect((await lethe('certificate', 'show', planned.workspaceId, '--output', certificate)).code).toBe(0);
    await writeFile(keys, (await lethe('certificate', 'keys')).stdout);
    await trial.system.services['workspace-service'].stop();
    expect((await lethe('certificate', 'verify', certificate, '--keys', keys)).code).toBe(0);
    await trial.system.services['workspace-service'].start();

    expectations.push({ ...planned, fate: 'purged' }, { ...orphan, fate: 'purged' });
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });
});
