import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DeletionState } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { listDeletionsRpc } from '../list-deletions/list-deletions.rpc.js';
import { listOpenGrantsRpc } from '../list-open-grants/list-open-grants.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { certifiedWorld, type CertifiedWorld } from '../testing/replays.js';
import { byLoop, byOperator, callerNamed, contextOf, report, softDelete } from '../testing/stories.js';
import { revoke, see, setPolicy } from '../testing/world.sql.js';
import type { DeletionRow } from './deletion.sql.js';

const DAY = 86_400;
let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

async function organization(sweepDelaySeconds: number, graceSeconds = 0): Promise<string> {
  const org = await world.organization();
  await setPolicy(db.pool, org, { graceSeconds, sweepDelaySeconds });
  return org;
}
/** So much time has passed since its grant: past the guards, for nothing of it ever moves otherwise. */
const letPass = (id: string, seconds: number) =>
  db.pool.query(
    `with unguarded as (select set_config('session_replication_role', 'replica', true))
     update deletion
        set delete_time = delete_time - make_interval(secs => $2), purge_time = purge_time - make_interval(secs => $2),
            grant_time = grant_time - make_interval(secs => $2)
       from unguarded where workspace_id = $1`,
    [id, seconds],
  );
const rowOf = async (id: string, epoch = 1) =>
  (
    await db.pool.query<DeletionRow>(`select * from deletion where workspace_id = $1 and epoch = $2`, [
      id,
      epoch,
    ])
  ).rows[0]!;
const grantOf = async (id: string, epoch = 1) =>
  (await getGrantRpc(db.pool)({ workspaceId: id, epoch })).grant!;
const after = (time: Date | null | undefined, seconds: number) =>
  new Date((time as Date).getTime() + 1_000 * seconds);

describe('the sweep time of a deletion', () => {
  it('is that of the frozen delay: after the purge time, then after the grant; and no policy moves it', async () => {
    const org = await organization(7 * DAY, 60);
    const id = await world.workspace(org);
    const request = { caller: callerNamed(`${org}-ann`), workspaceId: id, etag: '' };
    const answered = await deleteWorkspace(db.pool, { ...request, idempotencyKey: 'once' });
    if (answered.kind !== 'scheduled') throw new Error(answered.kind);
    const { purge_time: purgeTime } = answered.deletion;
    expect(answered.deletion).toMatchObject({
      ...{ sweep_delay_seconds: 7 * DAY, sweep_time: after(purgeTime, 7 * DAY) },
    });
    // What was drafted before it was written says the same as what was written.
    expect(await deleteWorkspace(db.pool, { ...request, idempotencyKey: 'once' })).toMatchObject({
      ...{ kind: 'repeated', deletion: { sweepTime: after(purgeTime, 7 * DAY) } },
    });
    await setPolicy(db.pool, org, { graceSeconds: 60, sweepDelaySeconds: 0 });
    expect(await world.deletionOf(id)).toMatchObject({ sweepTime: after(purgeTime, 7 * DAY) });

    await letPass(id, 60);
    await byLoop(db.pool, org, id);
    await setPolicy(db.pool, org, { sweepDelaySeconds: 30 * DAY });
    const deletion = await world.deletionOf(id);
    expect(deletion?.sweepTime).toEqual(after(deletion?.grantTime, 7 * DAY));
    const { deletions } = await listDeletionsRpc(db.pool)({
      ...{ organizationId: org, state: DeletionState.UNSPECIFIED, pageSize: 0, pageToken: '' },
    });
    expect(deletions).toMatchObject([{ sweepTime: deletion?.sweepTime }]);
  });

  it('is none where nothing is ever purged, and none any more once it is restored', async () => {
    const never = await world.organization();
    await db.pool.query(`delete from deletion_policy where organization_id = $1`, [never]);
    const [kept, back] = [await world.workspace(never), await world.workspace(await organization(DAY))];
    for (const id of [kept, back]) await softDelete(db.pool, id);
    expect(await world.deletionOf(kept)).toMatchObject({ purgeTime: undefined, sweepTime: undefined });
    await restoreWorkspace(db.pool, { workspaceId: back, caller: undefined, operator: 'o' });
    expect(await world.deletionOf(back)).toMatchObject({ sweepTime: undefined });
    expect(await rowOf(back)).toMatchObject({ sweep_delay_seconds: DAY, sweep_time: null });
  });

  it('is of an orphan what the policy says when its purge is ordered', async () => {
    const org = await organization(0);
    const id = await world.workspace(org);
    await revoke(db.pool, `${org}-ann`, 60);
    await setPolicy(db.pool, org, { sweepDelaySeconds: DAY });
    await byOperator(db.pool, org, id, 'orphaned');
    await setPolicy(db.pool, org, { sweepDelaySeconds: 0 });
    const grant = await grantOf(id);
    expect(grant).toMatchObject({ sweepTime: after(grant.grantTime, DAY), blocksDue: false });
  });

  it('is not overrun by two centuries', async () => {
    const century = 3_155_760_000;
    const org = await organization(century, century);
    const id = await world.workspace(org);
    const { purge_time } = await softDelete(db.pool, id);
    expect((await world.deletionOf(id))?.sweepTime).toEqual(after(purge_time, century));
  });
});

describe('a grant', () => {
  it('says by the database’s clock, each time it is asked, whether its blocks are due', async () => {
    const id = await world.purging(await organization(DAY));
    const open = async () => {
      const mine = contextOf('realm-purge');
      const { grants } = await listOpenGrantsRpc(db.pool)({ pageSize: 1000, pageToken: '' }, mine);
      return grants.find(({ workspaceId }) => workspaceId === id)?.blocksDue;
    };
    for (const [seconds, due] of [
      [0, false],
      [DAY - 30, false],
      [30, true],
    ] as const) {
      await letPass(id, seconds);
      expect([(await grantOf(id)).blocksDue, await open()]).toEqual([due, due]);
    }
  });

  it('without a delay says so at once', async () => {
    const id = await world.purging(await organization(0));
    const grant = await grantOf(id);
    expect(grant).toMatchObject({ sweepTime: grant.grantTime, blocksDue: true });
  });
});

describe('before its sweep time no deletion', () => {
  it('is certified, whatever was reported: what says that blocks are gone contradicts it for ever', async () => {
    const id = await world.purging(await organization(DAY));
    await world.finish(id, 1);
    expect(await see(db.pool, id)).toMatchObject({ state: 'purging', certificates: 0 });
    const early = 'blob-sweeper reported blocks gone before they were due';
    expect((await world.deletionOf(id))?.conditions).toMatchObject([
      { type: 'ReportsContradict', message: early },
    ]);
    await letPass(id, DAY);
    await db.pool.query(
      `with unguarded as (select set_config('session_replication_role', 'replica', true))
       update deletion_participant p set report_time = p.report_time - interval '1 day'
         from unguarded, deletion d where d.workspace_id = $1 and p.deletion_id = d.deletion_id`,
      [id],
    );
    await world.certify();
    expect(await see(db.pool, id)).toMatchObject({ state: 'purging', certificates: 0 });
  });

  it('is closed, by whatever statement', async () => {
    const id = await world.purging(await organization(DAY));
    const close = `update deletion set purged_time = clock_timestamp() where workspace_id = $1`;
    await expect(db.pool.query(close, [id])).rejects.toMatchObject({ code: '23514' });
  });
});

describe('a replay', () => {
  it('waits for nothing that was due: a backup has brought back what was swept', async () => {
    const org = await organization(DAY);
    const id = await world.purging(org);
    await letPass(id, DAY);
    await world.finish(id, 1);
    await setPolicy(db.pool, org, { sweepDelaySeconds: 30 * DAY });
    await world.replayAll({ organizationId: org });
    expect(await rowOf(id, 2)).toMatchObject({ sweep_delay_seconds: 0 });
    expect(await grantOf(id, 2)).toMatchObject({ blocksDue: true });
  });

  it('does not hasten what was not due yet, where one has reported who keeps no blocks', async () => {
    const org = await organization(DAY);
    const id = await world.purging(org);
    await db.pool.query(
      `insert into deletion_participant (deletion_id, participant, gives_block_evidence)
       select deletion_id, 'search', false from deletion where workspace_id = $1`,
      [id],
    );
    await letPass(id, DAY / 2);
    await report(db.pool, 'search', id, { removed: { documents: 1 }, blocks: undefined });
    const first = await rowOf(id);
    await world.replay({ organizationId: org, replayId: randomUUID() });
    const replay = await rowOf(id, 2);
    expect(replay.sweep_time!.getTime() - first.sweep_time!.getTime()).toBeGreaterThanOrEqual(0);
    expect(replay.sweep_time!.getTime() - first.sweep_time!.getTime()).toBeLessThan(1_000);
    expect(await grantOf(id, 2)).toMatchObject({ blocksDue: false });
  });
});
