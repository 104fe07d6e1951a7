import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { verifyCertificate } from '@lethe/certificate';
import { DeletionState } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { auditBehind, lastEventNo } from '../testing/audit.sql.js';
import { certifiedWorld, idsOf, type CertifiedWorld } from '../testing/replays.js';
import { byLoop, byOperator, reasonOf, softDelete } from '../testing/stories.js';
import { revoke, see } from '../testing/world.sql.js';

let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

describe('a replay', () => {
  it('orders a certified deletion once more, as one of the next epoch with a certificate of its own', async () => {
    const org = await world.organization();
    const id = await world.purged(org);
    const [first, before] = [await world.deletionOf(id), await world.certificateOf(id)];
    const replayId = randomUUID();
    const audit = await lastEventNo(db.pool);
    const [replayed, ...more] = await world.replayAll({ organizationId: org, replayId });
    expect([replayed, more]).toEqual([
      {
        organizationId: org,
        workspaceId: id,
        replayOf: first?.deletionId,
        purgedTime: first?.purgedTime,
        deletionId: expect.any(String) as string,
        epoch: 2,
        ...{ unprovenBlocks: 0, unprovenEpoch: 0 },
      },
      [],
    ]);
    expect(await see(db.pool, id)).toMatchObject({
      ...{ state: 'purging', epoch: 2, name: null, members: [] },
      deletions: ['deletion_planned 1 purged', 'deletion_planned 2 purging'],
      events: ['workspace.purge_started', 'workspace.purged', 'workspace.purge_started'],
    });
    const deletion = await world.deletionOf(id);
    expect(deletion).toMatchObject({
      ...{ state: DeletionState.PURGING, epoch: 2, replayOf: first?.deletionId, certificateId: '' },
      ...{ requestedBy: first?.requestedBy, deleteTime: first?.deleteTime, purgeTime: first?.purgeTime },
    });
    expect(deletion?.participants.map((p) => [p.participant, p.givesBlockEvidence, p.reportTime])).toEqual([
      ['blob-sweeper', true, undefined],
      ['realm-purge', true, undefined],
    ]);
    expect(await auditBehind(db.pool, audit)).toMatchObject([
      {
        ...{ workspace_id: id, action: 1, by: 'operator op-1' },
        detail: {
          ...{ change: 'deletion_replayed', deletionId: replayed?.deletionId },
          ...{ replayOf: first?.deletionId, replayId },
        },
      },
    ]);
    const { grant } = await getGrantRpc(db.pool)({ workspaceId: id, epoch: 2 });
    expect(grant).toMatchObject({ replayOf: first?.deletionId, blocksKept: false, paused: false });
    // Nothing is certified of what has come back; what was certified of the first deletion stands in the organization's chain.
    expect(await reasonOf(world.certificateOf(id))).toBe('CERTIFICATE_NOT_FOUND');

    await world.finish(id, 2);
    expect(await see(db.pool, id)).toMatchObject({ state: 'purged', name: null, certificates: 2 });
    const { jws } = await world.certificateOf(id);
    const verified = await verifyCertificate(jws, { keys: [world.key.publicJwk] });
    expect(verified).toMatchObject({
      kind: 'verified',
      claims: { deletionId: replayed?.deletionId, epoch: 2, replayOf: first?.deletionId, sequence: 2 },
    });
    const former = await verifyCertificate(before.jws, { keys: [world.key.publicJwk] });
    expect(former).toMatchObject({ kind: 'verified', claims: { deletionId: first?.deletionId } });
    expect(former.kind === 'verified' && 'replayOf' in former.claims).toBe(false);
  });

  it('replays an orphan as an orphan, and one that was restored in between by its last deletion alone', async () => {
    const org = await world.organization();
    const orphan = await world.workspace(org);
    const back = await world.workspace(org);
    await softDelete(db.pool, back);
    await restoreWorkspace(db.pool, { workspaceId: back, caller: undefined, operator: 'o' });
    await softDelete(db.pool, back);
    await byLoop(db.pool, org, back);
    await world.finish(back, 3);
    await revoke(db.pool, `${org}-ann`, 60);
    await byOperator(db.pool, org, orphan, 'orphaned');
    await world.finish(orphan, 1);
    expect(idsOf(await world.replayAll({ organizationId: org }))).toEqual([orphan, back].sort());
    expect((await see(db.pool, orphan)).deletions).toEqual(['orphaned 1 purged', 'orphaned 2 purging']);
    expect((await see(db.pool, back)).deletions.slice(1)).toEqual([
      'deletion_planned 3 purged',
      'deletion_planned 4 purging',
    ]);
  });

  it('never replays a workspace twice by one id, though it was purged again since; by another it does', async () => {
    const org = await world.organization();
    const [a, b] = (await world.purgedOf(org, 2)) as [string, string];
    const replay = { organizationId: org, replayId: randomUUID() };
    expect(idsOf(await world.replayAll(replay))).toEqual([a, b]);
    expect(await world.replayAll(replay)).toEqual([]);
    await world.finish(a, 2);
    expect(await world.replayAll(replay)).toEqual([]);
    const another = randomUUID();
    expect(idsOf(await world.replayAll({ ...replay, replayId: another }))).toEqual([a]);
    await world.finish(a, 3);
    await world.finish(b, 2);
    expect(await world.replayAll(replay)).toEqual([]);
    expect(idsOf(await world.replayAll({ ...replay, replayId: another }))).toEqual([b]);
    expect((await see(db.pool, a)).deletions).toHaveLength(3);
  });

  it('takes up by a repeated replay what was still purging the first time', async () => {
    const org = await world.organization();
    const late = await world.purging(org);
    const early = await world.purged(org);
    const replay = { organizationId: org, replayId: randomUUID() };
    expect(idsOf(await world.replayAll(replay))).toEqual([early]);
    await world.finish(late, 1);
    expect(idsOf(await world.replayAll(replay))).toEqual([late]);
  });

  it('replays each once, however many ask at once', async () => {
    const org = await world.organization();
    const expected = await world.purgedOf(org, 8);
    const replay = { organizationId: org, replayId: randomUUID(), pageSize: 4 };
    const answers = await Promise.all([1, 2, 3, 4].map(() => world.replayAll(replay)));
    answers.push(await world.replayAll({ organizationId: org, replayId: randomUUID() }));
    expect(idsOf(answers.flat()).sort()).toEqual(expected);
    for (const id of expected) expect((await see(db.pool, id)).events).toHaveLength(3);
  });

  it('leaves live, deleted and purging workspaces alone', async () => {
    const org = await world.organization();
    const [live, deleted, purging] = [
      await world.workspace(org),
      await world.workspace(org),
      await world.workspace(org),
    ];
    await softDelete(db.pool, deleted);
    await softDelete(db.pool, purging);
    await byLoop(db.pool, org, purging);
    const seen = await Promise.all([live, deleted, purging].map((id) => see(db.pool, id)));
    expect(await world.replayAll({ organizationId: org })).toEqual([]);
    expect(await Promise.all([live, deleted, purging].map((id) => see(db.pool, id)))).toEqual(seen);
  });
});
