import { DeletionState, blockKey, type Deletion } from '@lethe/contracts';
import { eventually, serverVariable } from '@lethe/testkit';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listStored } from '../system/bucket-listing.js';
import { expectOk } from '../system/rest.js';
import { seedControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const BLOCKS = 60;
const SHARED = 3;
const DELAY_SECONDS = 3_600;
/** What is left of it when the rest has passed: the purge wakes by itself. */
const LEFT_SECONDS = 2;

/** An organization that keeps backups of its metadata for a while, and wants its blocks to be found by them so long. */
describe('a sweep delay', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await startTrial();
  });
  afterAll(() => trial.stop());

  const setDelay = (organizationId: string, seconds: number) =>
    trial.pools.workspace.query(
      `update deletion_policy set sweep_delay_seconds = $2 where organization_id = $1`,
      [organizationId, seconds],
    );
  /** As much time passes as is to pass: past the guards, for nothing of a deletion is ever moved otherwise. */
  const letPass = (workspaceId: string) =>
    trial.pools.workspace.query(
      `with unguarded as (select set_config('session_replication_role', 'replica', true)),
            passed as (select sweep_time - clock_timestamp() - make_interval(secs => $2) as time from deletion where workspace_id = $1)
       update deletion
          set delete_time = delete_time - time, purge_time = purge_time - time, grant_time = grant_time - time
         from unguarded, passed
        where workspace_id = $1`,
      [workspaceId, LEFT_SECONDS],
    );
  const rowsOf = async (realmId: string) => {
    const { rows } = await trial.pools.realm.query<Record<string, number>>(
      `select (select count(*)::int from block where realm_id = $1) as blocks,
              (select count(*)::int from page where realm_id = $1) as pages,
              (select count(*)::int from vlob_atom where realm_id = $1) as vlobs,
              (select count(*)::int from key_bundle where realm_id = $1) as keys,
              (select count(*)::int from key_bundle_access where realm_id = $1) as accesses`,
      [realmId],
    );
    return rows[0];
  };
  /** The keys that a backup names; all of the deletion's metadata is in it, too. */
  async function namedBy(backup: string, realmId: string): Promise<string[]> {
    const url = Object.assign(new URL(serverVariable('DATABASE_URL')), { pathname: `/${backup}` });
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      const { rows } = await client.query<{ block_id: string; keys: string }>(
        `select block_id, (select count(*) from key_bundle where realm_id = $1) as keys from block where realm_id = $1`,
        [realmId],
      );
      expect(rows[0]?.keys).toBe('1');
      return rows.map(({ block_id: id }) => blockKey('org1', id));
    } finally {
      await client.end();
    }
  }
  const delay = ({ conditions }: Deletion) => conditions.find(({ type }) => type === 'SweepDelayed');

  it('takes the metadata at once and leaves every block, for a backup to find them, until it is over', async () => {
    const { admin, doomed, expectations } = await seedControlledWorld(trial, BLOCKS);
    const { workspaceId } = doomed;
    const { services } = trial.system;
    await services['realm-purge'].stop();
    const backup = await trial.backUp('realm');
    await services['realm-purge'].start();
    await setDelay('org1', DELAY_SECONDS);
    await expectOk(admin('DELETE', `/workspace/${workspaceId}`));

    const waiting = await eventually('the metadata is gone, and the blocks wait', async () => {
      const deletion = await trial.deletionOf(workspaceId);
      return delay(deletion) !== undefined && deletion;
    });
    const due = waiting.sweepTime!;
    expect(due.getTime() - waiting.grantTime!.getTime()).toBe(1_000 * DELAY_SECONDS);
    expect(waiting).toMatchObject({ state: DeletionState.PURGING, progress: { blocksTotal: BLOCKS } });
    expect(delay(waiting)).toMatchObject({ source: 'realm-purge', until: due });
    const answer = await expectOk(admin('GET', `/workspace/${workspaceId}/deletion`));
    expect(answer).toMatchObject({ deletion: { state: 'purging', sweepTime: due.toISOString() } });

    // Whatever policies say from here on, its own and others', and whoever starts anew: it was frozen.
    for (const organizationId of ['org1', 'org10']) await setDelay(organizationId, 0);
    await Promise.all([services['realm-purge'].stop(), services['blob-sweeper'].stop()]);
    await Promise.all([services['realm-purge'].start(), services['blob-sweeper'].start()]);
    await trial.system.authority.unary((client) => client.retryPurge, { workspaceId, orderedBy: 'op-1' });
    await eventually('the order was followed, and the purge sleeps again', async () => {
      const { rows } = await trial.pools.realm.query<{ sleeps: boolean }>(
        `select retries = 1 and held = 'blocks_delayed' and next_step_time > clock_timestamp() + interval '1 minute' as sleeps
           from purge where realm_id = $1`,
        [workspaceId],
      );
      return rows[0]?.sleeps;
    });
    expect(await rowsOf(workspaceId)).toEqual({ blocks: BLOCKS, pages: 0, vlobs: 0, keys: 0, accesses: 0 });
    const { live } = await listStored({ s3: trial.admin, bucket: trial.bucket });
    const named = await namedBy(backup, workspaceId);
    expect(named).toHaveLength(BLOCKS);
    expect(named.filter((key) => !live.has(key))).toEqual([]);
    expect(await trial.deletionOf(workspaceId)).toMatchObject({ sweepTime: due, certificateId: '' });

    // A grant is believed for some seconds; this moves what never moves.
    await services['realm-purge'].stop();
    await letPass(workspaceId);
    await trial.system.authority.unary((client) => client.retryPurge, { workspaceId, orderedBy: 'op-1' });
    await services['realm-purge'].start();
    const purged = await trial.purged(workspaceId);
    expect(purged.purgedTime!.getTime()).toBeGreaterThanOrEqual(purged.sweepTime!.getTime());
    expect(purged).toMatchObject({ deletionId: waiting.deletionId, conditions: [] });
    expect(purged.progress).toMatchObject({ blocksSwept: BLOCKS - SHARED, blocksRetained: SHARED });
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });
});
