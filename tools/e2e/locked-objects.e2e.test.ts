import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { blockKey } from '@lethe/contracts';
import { eventually } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOk } from '../system/rest.js';
import { createWorkspace, type SampleWorkspace } from '../system/world.js';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const LETHE = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const run = promisify(execFile);

const BLOCKS = 60;
const RETENTION_MS = 30_000;

/** The owner of the bucket has locked objects of two realms that are to go: one until a time, one until further notice. */
describe('a purge whose objects are locked', () => {
  let trial: Trial;
  let world: ControlledWorld;
  let held: SampleWorkspace;
  let until: Date;
  let cutBefore: number;

  beforeAll(async () => {
    trial = await startTrial({ objectLock: true });
    world = await seedControlledWorld(trial, BLOCKS);
    held = await createWorkspace(trial, world.admin, 'under a legal hold', { blocks: BLOCKS });
  });
  afterAll(() => trial.stop());

  const keyOf = ({ organizationId, blocks }: SampleWorkspace, n: number) =>
    blockKey(organizationId, blocks[n] as string);
  const remove = ({ workspaceId }: SampleWorkspace) =>
    expectOk(world.admin('DELETE', `/workspace/${workspaceId}`));
  /** A further version, for who wrote the first one may not lock it. */
  const putLocked = (Key: string, lock: Partial<PutObjectCommandInput>) =>
    trial.admin.send(new PutObjectCommand({ Bucket: trial.bucket, Key, Body: 'ciphertext', ...lock }));
  const blocked = ({ workspaceId }: SampleWorkspace) =>
    eventually(
      `${workspaceId} is blocked; logs in ${trial.logs}`,
      async () => {
        const { conditions } = await trial.deletionOf(workspaceId);
        return conditions.find(({ type }) => type === 'Blocked');
      },
      60_000,
    );
  /** The one page of a realm: how often it was put together, and what its store held. */
  const ledgered = async ({ workspaceId }: SampleWorkspace) => {
    const { rows } = await trial.pools.sweep.query<{ cut: number; outcomes: unknown[] }>(
      'select cut::int, outcomes from swept_page where realm_id = $1',
      [workspaceId],
    );
    expect(rows).toHaveLength(1);
    return rows[0] as { cut: number; outcomes: unknown[] };
  };
  const versionsOf = async ({ organizationId, blocks }: SampleWorkspace) => {
    const own = new Set(blocks.map((id) => blockKey(organizationId, id)));
    const { Versions = [], DeleteMarkers = [] } = await trial.admin.send(
      new ListObjectVersionsCommand({ Bucket: trial.bucket, Prefix: `${organizationId}/` }),
    );
    return [...Versions, ...DeleteMarkers].flatMap(({ Key = '' }) => (own.has(Key) ? [Key] : []));
  };

  it('says until when, and deletes all that is not locked', async () => {
    until = new Date(Math.ceil((Date.now() + RETENTION_MS) / 1_000) * 1_000);
    const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: until } as const;
    for (const n of [7, 9]) await putLocked(keyOf(world.doomed, n), lock);
    await putLocked(keyOf(held, 5), { ObjectLockLegalHoldStatus: 'ON' });
    await remove(world.doomed);
    await remove(held);

    const [byTime, byHold] = [await blocked(world.doomed), await blocked(held)];
    expect(byTime).toMatchObject({
      message: expect.stringMatching(/^2 blocks in 1 page cannot .*: primary: 2 blocked until 2/) as string,
      until,
    });
    expect(byHold).toMatchObject({
      message: expect.stringContaining('primary: 1 blocked until a hold is lifted') as string,
      until: undefined,
    });
    expect(await versionsOf(held)).toEqual([keyOf(held, 5)]);
    cutBefore = (await ledgered(world.doomed)).cut;
  });

  it('goes on by itself when the retention is over, having asked once', async () => {
    await trial.purged(world.doomed.workspaceId);
    expect(Date.now()).toBeGreaterThan(until.getTime());
    const page = await ledgered(world.doomed);
    // Once; twice where the store's clock is a moment behind.
    expect(page.cut - cutBefore).toBeGreaterThan(0);
    expect(page.cut - cutBefore).toBeLessThanOrEqual(2);
    expect(page.outcomes).toMatchObject([{ found: BLOCKS - 3, missing: 0, left: 0 }]);
  });

  it('goes on at once when the hold is lifted and an operator says so', async () => {
    const LegalHold = { Status: 'OFF' } as const;
    await trial.admin.send(
      new PutObjectLegalHoldCommand({ Bucket: trial.bucket, Key: keyOf(held, 5), LegalHold }),
    );
    await run(process.execPath, [LETHE, 'deletion', 'retry', held.workspaceId], {
      env: { ...trial.system.operatorEnv, LETHE_OPERATOR: 'ada' },
    });
    await trial.purged(held.workspaceId);
    expect(await trial.oracle([...world.expectations, { ...held, fate: 'purged' }])).toEqual(FOUR_ZEROS);
  });
});
