import { randomUUID } from 'node:crypto';
import { verifyCertificate, type CertificateClaims } from '@lethe/certificate';
import { DeletionState } from '@lethe/contracts';
import { eventually } from '@lethe/testkit';
import type { JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOk } from '../system/rest.js';
import { createWorkspace } from '../system/world.js';
import { copyBucket, putBucketBack } from './bucket-copy.js';
import { seedControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const BLOCKS = 600;
const SHARED = 3;

describe('a restored backup', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await startTrial();
  });
  afterAll(() => trial.stop());

  const claimsOf = async (workspaceId: string): Promise<CertificateClaims> => {
    const caller = { caller: undefined };
    const { jws } = await trial.system.workspace.unary((client) => client.getDeletionCertificate, {
      ...caller,
      workspaceId,
    });
    const { jwksJson } = await trial.system.workspace.unary((client) => client.listCertificateKeys, {});
    const verified = await verifyCertificate(jws, JSON.parse(jwksJson) as JSONWebKeySet);
    if (verified.kind !== 'verified') throw new Error(verified.kind);
    return verified.claims;
  };
  const rowsOf = async (realmId: string) => {
    const { rows } = await trial.pools.realm.query<Record<string, unknown>>(
      `select (select state from realm where realm_id = $1) as realm,
              (select count(*)::int from block where realm_id = $1) as blocks,
              (select count(*)::int from vlob_atom where realm_id = $1) as vlobs,
              (select count(*)::int from key_bundle where realm_id = $1) as keys,
              (select count(*)::int from key_bundle_access where realm_id = $1) as accesses`,
      [realmId],
    );
    return rows[0];
  };
  const replay = (since: Date, replayId: string, validateOnly = false) =>
    trial.system.authority.unary((client) => client.replayDeletions, {
      ...{ organizationId: '', since, orderedBy: 'op-1', replayId, validateOnly, pageSize: 0, pageToken: '' },
      ...{ unproven: false, reason: '' },
    });

  it('brings nothing back that was deleted, once its deletions are replayed', async () => {
    const { services } = trial.system;
    const { admin, doomed, expectations } = await seedControlledWorld(trial, BLOCKS);
    const earlier = await createWorkspace(trial, admin, 'deleted before the backup', { blocks: 20 });
    await expectOk(admin('DELETE', `/workspace/${earlier.workspaceId}`));
    await trial.purged(earlier.workspaceId);
    const whole = await rowsOf(doomed.workspaceId);

    await services['realm-purge'].stop();
    const { rows } = await trial.pools.workspace.query<{ now: Date }>('select clock_timestamp() as now');
    const since = rows[0]!.now;
    const [database, bucket] = [await trial.backUp('realm'), await copyBucket(trial)];
    await services['realm-purge'].start();

    await expectOk(admin('DELETE', `/workspace/${doomed.workspaceId}`));
    const first = await trial.purged(doomed.workspaceId);
    const all = [...expectations, { ...earlier, fate: 'purged' as const }];
    expect(await trial.oracle(all)).toEqual(FOUR_ZEROS);

    // Restored, with the services that work on it stopped: all is back, also to be read.
    await Promise.all([services['realm-purge'].stop(), services['blob-sweeper'].stop()]);
    await trial.putBack('realm', database);
    expect(await putBucketBack(trial, bucket)).toBe(BLOCKS - SHARED);
    expect(await rowsOf(doomed.workspaceId)).toEqual(whole);
    expect(whole).toMatchObject({ realm: 'active', blocks: BLOCKS, keys: 1, accesses: 1 });
    await Promise.all([services['realm-purge'].start(), services['blob-sweeper'].start()]);
    expect((await trial.oracle(all)).leftovers).not.toEqual([]);

    const replayId = randomUUID();
    const listed = await replay(since, replayId, true);
    expect(listed.deletions.map(({ workspaceId }) => workspaceId)).toEqual([doomed.workspaceId]);
    const { deletions } = await replay(since, replayId);
    expect(deletions).toMatchObject([{ workspaceId: doomed.workspaceId, replayOf: first.deletionId }]);
    const again = await eventually(
      'the replay is certified',
      async () => {
        const deletion = await trial.deletionOf(doomed.workspaceId);
        return deletion.state === DeletionState.PURGED && deletion;
      },
      120_000,
    );
    expect(again).toMatchObject({
      deletionId: deletions[0]?.deletionId,
      epoch: first.epoch + 1,
      progress: { blocksTotal: BLOCKS, blocksSwept: BLOCKS - SHARED, blocksRetained: SHARED },
    });
    expect(await claimsOf(doomed.workspaceId)).toMatchObject({
      deletionId: again.deletionId,
      replayOf: first.deletionId,
      blocks: { total: BLOCKS, retained: SHARED },
    });
    expect((await rowsOf(doomed.workspaceId))?.['realm']).toBe('purged');
    expect(await trial.oracle(all)).toEqual(FOUR_ZEROS);

    // What was over before the backup is not in it; and the same replay ends here.
    expect(await trial.deletionOf(earlier.workspaceId)).toMatchObject({ epoch: 1, replayOf: '' });
    expect(await claimsOf(earlier.workspaceId)).not.toHaveProperty('replayOf');
    expect((await replay(since, replayId)).deletions).toEqual([]);
  });
});
