import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeletionState, blockKey } from '@lethe/contracts';
import { createFaultProxy, type FaultProxy } from '@lethe/object-store/testing';
import { eventually, serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provisionBucket } from '../embedded/index.js';
import { listStored } from '../system/bucket-listing.js';
import type { Expectation } from '../system/oracle.js';
import { expectOk, type Rest } from '../system/rest.js';
import { createWorkspace, putObjects, seedOrganization, type SampleWorkspace } from '../system/world.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const LETHE = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const run = promisify(execFile);

const BLOCKS = 60;
const PAGES = 4;
const PER_PAGE = BLOCKS / PAGES;
const POLICY = {
  graceSeconds: 0,
  orphanDelaySeconds: 0,
  sequestered: false,
  purgeMode: 'automatic',
} as const;

interface LedgerPage {
  readonly state: 'verified' | 'blocked';
  readonly reason: string | null;
}

/** "Nothing is left" is true of every wrong bucket: a slip in the configuration must not become a certificate. */
describe('a purge whose sweeper is started with a store that is not the one it is taken for', () => {
  let proxy: FaultProxy;
  let trial: Trial;
  let ada: Rest;
  const expectations: Expectation[] = [];
  beforeAll(async () => {
    proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
    trial = await startTrial({
      settings: { PAGE_BLOCKS: String(PER_PAGE), SWEEP_CONCURRENCY: '2' },
      s3Endpoint: proxy.endpoint,
    });
    await seedOrganization(trial.pools.workspace, 'org1', POLICY, [{ userId: 'ada', orgRole: 255 }]);
    ada = await trial.rest('ada');
    expectations.push({ ...(await createWorkspace(trial, ada, 'control', { blocks: 40 })), fate: 'lives' });
  });
  afterAll(async () => {
    await trial.stop();
    await proxy.close();
  });

  const sweeper = () => trial.system.services['blob-sweeper'];
  const restart = async (other?: Readonly<Record<string, string>>) => {
    await sweeper().stop();
    await sweeper().start(other);
  };
  const notConfigured = (id: string) =>
    new RegExp(`primary: NotConfigured, the store ${id} is neither configured nor retired$`);
  const lethe = (...args: string[]) =>
    run(process.execPath, [LETHE, ...args], { env: { ...trial.system.operatorEnv, LETHE_OPERATOR: 'ada' } });
  const otherBucket = async (what: string) => {
    const bucket = `${trial.bucket}-${what}`;
    return { bucket, storeId: await provisionBucket(process.env, bucket) };
  };
  const ledgerOf = async ({ workspaceId }: SampleWorkspace, state: LedgerPage['state']) => {
    const { rows } = await trial.pools.sweep.query<LedgerPage>(
      'select state, reason from swept_page where realm_id = $1 and state = $2',
      [workspaceId, state],
    );
    return rows;
  };
  const objectsOf = async ({ organizationId, blocks }: SampleWorkspace, bucket = trial.bucket) => {
    const { live } = await listStored({ s3: trial.admin, bucket });
    return blocks.filter((id) => live.has(blockKey(organizationId, id)));
  };
  const rowsOf = async ({ workspaceId }: SampleWorkspace) => {
    const { rows } = await trial.pools.realm.query<{ id: string }>(
      'select block_id as id from block where realm_id = $1',
      [workspaceId],
    );
    return new Set(rows.map(({ id }) => id));
  };
  const settledOf = async ({ workspaceId }: SampleWorkspace) => {
    const { rows } = await trial.pools.realm.query<{ n: number }>(
      `select count(*)::int as n from page where realm_id = $1 and state = 'settled'`,
      [workspaceId],
    );
    return rows[0]?.n;
  };
  const doom = (name: string) => createWorkspace(trial, ada, name, { blocks: BLOCKS });
  const remove = ({ workspaceId }: SampleWorkspace) => expectOk(ada('DELETE', `/workspace/${workspaceId}`));

  /** Every page that is not verified yet is blocked for that reason alone; nothing else came of it. */
  async function expectBlocked(workspace: SampleWorkspace, reason: RegExp): Promise<void> {
    const [verified, objects, asked] = [
      await ledgerOf(workspace, 'verified'),
      await objectsOf(workspace),
      proxy.count('DeleteObjects'),
    ];
    const left = PAGES - verified.length;
    expect(objects).toHaveLength(left * PER_PAGE);
    const shown = await eventually(`the deletion shows it; logs in ${trial.logs}`, async () => {
      const deletion = await trial.deletionOf(workspace.workspaceId);
      const { message } = deletion.conditions.find(({ type }) => type === 'Blocked') ?? {};
      return (
        message?.startsWith(`${left * PER_PAGE} blocks in ${left} pages `) && reason.test(message) && deletion
      );
    });
    expect(shown).toMatchObject({ state: DeletionState.PURGING, certificateId: '' });
    for (const page of await ledgerOf(workspace, 'blocked')) expect(page.reason).toMatch(reason);
    expect(await ledgerOf(workspace, 'verified')).toEqual(verified);
    expect(await objectsOf(workspace)).toEqual(objects);
    const rows = await rowsOf(workspace);
    expect(objects.filter((id) => !rows.has(id))).toEqual([]);
    expect(proxy.count('DeleteObjects')).toBe(asked);
  }
  async function expectCertified(workspace: SampleWorkspace): Promise<void> {
    const { progress } = await trial.purged(workspace.workspaceId);
    expect(progress).toMatchObject({ blocksSwept: BLOCKS });
    expectations.push({ ...workspace, fate: 'purged' });
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  }

  it('but an empty bucket, in the middle of it, deletes and certifies nothing until that is put right', async () => {
    const { bucket, storeId } = await otherBucket('empty');
    await trial.admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: `.lethe-store/${storeId}` }));
    const workspace = await doom('emptiness');
    let deletions = 0;
    proxy.fault = ({ operation }) =>
      operation === 'DeleteObjects' && ++deletions > 2 ? { kind: 'hang', when: 'before' } : undefined;
    await remove(workspace);
    // Their receipts are taken: whatever the sweeper hears of them from now on, they are over.
    await eventually('two pages are settled', async () => (await settledOf(workspace)) === 2);
    await sweeper().kill();
    proxy.fault = () => undefined;

    await sweeper().start({ S3_BUCKET: bucket });
    await expectBlocked(workspace, /primary: NotRecognized, there is no marker in it$/);
    await restart();
    await expectCertified(workspace);
  });

  it("but another store's bucket, by the right id or by its own, leaves what is in both", async () => {
    const { bucket, storeId } = await otherBucket('neighbour');
    const workspace = await doom('neighbour');
    // The same keys are there: a sweeper that took it for its own would delete them.
    await putObjects({ s3: trial.s3, bucket }, workspace.organizationId, workspace.blocks);
    await restart({ S3_BUCKET: bucket });
    await remove(workspace);
    await expectBlocked(workspace, /primary: NotRecognized, its marker is another store's$/);
    await restart({ S3_BUCKET: bucket, STORE_ID: storeId });
    await expectBlocked(workspace, notConfigured('\\S+'));
    await restart();
    // The slip was a store like any other: until an operator says otherwise it may hold blocks.
    await expectBlocked(workspace, notConfigured(storeId));
    expect(await objectsOf(workspace, bucket)).toEqual(workspace.blocks);

    await lethe('stores', 'retire', storeId, '--reason', 'a slip of the pen', '--yes');
    await lethe('deletion', 'retry', workspace.workspaceId);
    await expectCertified(workspace);
    expect(await objectsOf(workspace, bucket)).toEqual(workspace.blocks);
  });
});
