import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

/** The judge is judged: each kind of wrong, done on purpose behind the services' backs, is found. */
describe('the oracle', () => {
  let trial: Trial;
  let world: ControlledWorld;
  beforeAll(async () => {
    trial = await startTrial();
    world = await seedControlledWorld(trial, 50);
    await world.admin('DELETE', `/workspace/${world.doomed.workspaceId}`);
    await trial.purged(world.doomed.workspaceId);
    expect(await trial.oracle(world.expectations)).toEqual(FOUR_ZEROS);
  });
  afterAll(() => trial.stop());

  it('finds an object that came back, and the certificate that is false by it', async () => {
    const { organizationId, workspaceId, blocks } = world.doomed;
    const object = { Bucket: trial.bucket, Key: `${organizationId}/${blocks[10] ?? ''}` };
    await trial.admin.send(new PutObjectCommand({ ...object, Body: 'back' }));
    const { leftovers, falseCertificates, wrongDeletions } = await trial.oracle(world.expectations);
    expect(leftovers).toEqual([`${workspaceId}: 1 objects, versions or markers`]);
    expect(falseCertificates).toEqual([`${workspaceId}: certified, but something is left`]);
    expect(wrongDeletions).toEqual([]);
    await trial.admin.send(new DeleteObjectCommand(object));
  });

  it('finds an object of a living realm that is gone, and a shared one', async () => {
    const living = world.expectations[1];
    const shared = world.expectations[0]?.retained?.[0];
    for (const block of [living?.blocks[0], shared])
      await trial.admin.send(new DeleteObjectCommand({ Bucket: trial.bucket, Key: `org1/${block ?? ''}` }));
    const { wrongDeletions } = await trial.oracle(world.expectations);
    expect(wrongDeletions).toContain(`${living?.workspaceId ?? ''}: 1 objects are gone`);
    expect(wrongDeletions).toContain(`${world.doomed.workspaceId}: 1 shared objects are gone`);
  });

  it('finds rows of a living realm that are gone, a forged ledger and a doubled event', async () => {
    const living = world.expectations[2]?.workspaceId ?? '';
    await trial.pools.realm.query(
      'delete from block where ctid in (select ctid from block where realm_id = $1 limit 1)',
      [living],
    );
    await trial.pools.sweep.query(`update swept_page set row_digest = sha256('forged') where realm_id = $1`, [
      world.doomed.workspaceId,
    ]);
    await trial.pools.workspace.query(
      `insert into outbox (event_id, subject, headers, payload)
       select gen_random_uuid(), subject, headers, payload from outbox where headers ->> 'ce-type' = 'workspace.purged'`,
    );
    const findings = await trial.oracle(world.expectations);
    expect(findings.wrongDeletions).toContain(`${living}: 1 block rows are gone`);
    expect(findings.falseCertificates).toContain(
      `${world.doomed.workspaceId}: its root is not what the ledger gives`,
    );
    expect(findings.doubledEffects).toEqual(['an event appended twice: 1']);
  });
});
