import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { CertificateKey } from '@lethe/certificate';
import { DeletionState } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifyDeletion } from '../certify-deletion/certify-deletion.js';
import { findGrant, listOpenGrants } from '../grant/find-grants.sql.js';
import { BEFORE_ALL_IDS } from '../page.js';
import { replayDeletions } from '../replay-deletions/replay-deletions.js';
import { listReplayable } from '../replay-deletions/replay-deletions.sql.js';
import { certifiedWorld, idsOf, LONG_AGO, UNPROVEN, type CertifiedWorld } from '../testing/replays.js';
import { byOperator, evidence, expectBoth, race, report, softDelete } from '../testing/stories.js';
import { PARTICIPANTS, see } from '../testing/world.sql.js';
import type { DeletionRow } from './deletion.sql.js';

let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

const NONE = { pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] };
/** Granted, and erased as one participant says. */
async function reported(organizationId: string, participant = 'realm-purge'): Promise<string> {
  const id = await world.purging(organizationId);
  expect(await report(db.pool, participant, id)).toEqual({});
  return id;
}
async function reportTime(id: string): Promise<Date> {
  const { rows } = await db.pool.query<{ time: Date }>(
    `select max(report_time) as time from deletion_participant join deletion using (deletion_id) where workspace_id = $1`,
    [id],
  );
  return rows[0]!.time;
}
const later = (time: Date, ms: number) => new Date(time.getTime() + ms);
async function deletionRow(id: string, epoch: number): Promise<DeletionRow> {
  const { rows } = await db.pool.query<DeletionRow>(
    `select * from deletion where workspace_id = $1 and epoch = $2`,
    [id, epoch],
  );
  return rows[0]!;
}

describe('a replay of what was reported and is not certified yet', () => {
  it('takes its place, so that all report anew, and nothing certifies the first', async () => {
    const org = await world.organization();
    const id = await reported(org);
    const first = await world.deletionOf(id);
    const listed = await world.replayAll({ ...UNPROVEN, organizationId: org, validateOnly: true });
    const expected = { workspaceId: id, replayOf: first?.deletionId, purgedTime: undefined, epoch: 2 };
    expect(listed).toMatchObject([{ ...expected, deletionId: '' }]);
    const [replayed, ...more] = await world.replayAll({ ...UNPROVEN, organizationId: org });
    expect([replayed, more]).toMatchObject([{ ...expected, deletionId: expect.any(String) as string }, []]);
    const seen = await see(db.pool, id);
    expect(seen).toMatchObject({
      ...{ state: 'purging', epoch: 2, name: 'secret plans', certificates: 0 },
      // Who may see how it goes still may.
      members: [`${org}-ann:ADMIN!2`],
      deletions: ['deletion_planned 1 superseded', 'deletion_planned 2 purging'],
      events: ['workspace.purge_started', 'workspace.purge_started'],
    });
    const newest = await world.deletionOf(id);
    expect(newest).toMatchObject({
      ...{ deletionId: replayed?.deletionId, state: DeletionState.PURGING, replayOf: first?.deletionId },
      ...{ requestedBy: first?.requestedBy, deleteTime: first?.deleteTime, keepBlocks: false },
    });
    expect(newest?.participants.map(({ reportTime: time }) => time)).toEqual([undefined, undefined]);

    // Nobody works for the first, or reports on it, any more; everybody is told of the second.
    expect(await findGrant(db.pool, id, 1)).toBeUndefined();
    expect(await report(db.pool, 'blob-sweeper', id)).toBe('NO_GRANT');
    const open = await listOpenGrants(db.pool, 'realm-purge', ['-infinity', randomUUID()], 1000);
    expect(open.filter((grant) => grant.workspace_id === id).map(({ epoch }) => epoch)).toEqual([2]);
    expect(await byOperator(db.pool, org, id)).toMatchObject({ kind: 'granted', deletion: { epoch: 2 } });
    await world.certify();
    expect((await see(db.pool, id)).certificates).toBe(0);

    await world.finish(id, 2);
    expect(await see(db.pool, id)).toMatchObject({
      ...{ state: 'purged', name: null, members: [], certificates: 1 },
      deletions: ['deletion_planned 1 superseded', 'deletion_planned 2 purged'],
    });
  });

  it('is none where nobody has reported, or everybody before the backup', async () => {
    const org = await world.organization();
    await world.purging(org);
    const id = await reported(org);
    const time = await reportTime(id);
    const seen = await see(db.pool, id);
    expect(await world.replayAll({ ...UNPROVEN, organizationId: org, since: later(time, 1) })).toEqual([]);
    expect(await see(db.pool, id)).toEqual(seen);
    expect(idsOf(await world.replayAll({ ...UNPROVEN, organizationId: org, since: time }))).toEqual([id]);
  });

  it('is one where the other participant alone reported since, and for any page', async () => {
    const org = await world.organization();
    const expected = [
      await reported(org, 'blob-sweeper'),
      await reported(org),
      await world.purged(org),
      await reported(org),
    ].sort();
    expect(idsOf(await world.replayAll({ ...UNPROVEN, organizationId: org, pageSize: 1 }))).toEqual(expected);
  });

  it('is one by each id, and takes the place of a replay too', async () => {
    const org = await world.organization();
    const id = await reported(org);
    const replay = { ...UNPROVEN, organizationId: org, replayId: randomUUID() };
    expect(idsOf(await world.replayAll(replay))).toEqual([id]);
    await report(db.pool, 'realm-purge', id, undefined, 2);
    expect(await world.replayAll(replay)).toEqual([]);
    expect(await world.replayAll({ ...UNPROVEN, organizationId: org })).toMatchObject([
      { workspaceId: id, epoch: 3 },
    ]);
    expect((await see(db.pool, id)).deletions).toEqual([
      ...['deletion_planned 1 superseded', 'deletion_planned 2 superseded', 'deletion_planned 3 purging'],
    ]);
  });

  it('resumes no pause and releases no block', async () => {
    const org = await world.organization();
    const paused = await reported(org);
    await db.pool.query(
      `update deletion set pause_time = clock_timestamp(), paused_by = 'olga', pause_reason = 'a doubt' where workspace_id = $1`,
      [paused],
    );
    const before = await deletionRow(paused, 1);
    const kept = await world.workspace(org);
    await softDelete(db.pool, kept);
    await byOperator(db.pool, org, kept, 'deletion_planned', true);
    // One that gives no evidence of blocks need not wait for their release.
    await report(db.pool, 'blob-sweeper', kept);
    expect(idsOf(await world.replayAll({ ...UNPROVEN, organizationId: org }))).toEqual([paused, kept].sort());
    const { pause_time, paused_by, pause_reason } = before;
    expect(await deletionRow(paused, 2)).toMatchObject({ pause_time, paused_by, pause_reason });
    expect(await deletionRow(kept, 2)).toMatchObject({ keep_blocks: true, release_time: null });
    await world.finish(kept, 2);
    await world.finish(paused, 2);
    for (const id of [paused, kept]) expect(await see(db.pool, id)).toMatchObject({ certificates: 0 });
  });

  it('and its certificate have one winner', { timeout: 60_000 }, async () => {
    const won = await race(50, async (n) => {
      const org = await world.organization();
      // Without blocks: where all have counted some alike, no replay takes its place.
      const id = await world.purging(org);
      for (const who of PARTICIPANTS.keys())
        expect(await report(db.pool, who, id, evidence(NONE))).toEqual({});
      const replayId = randomUUID();
      const row = await deletionRow(id, 1);
      const listed = await listReplayable(db.pool, replayId, LONG_AGO, org, [org, BEFORE_ALL_IDS], 10);
      expect(listed).toMatchObject([{ replay_of: row.deletion_id, purged_time: null }]);
      // Both are about to lock the workspace; each goes first now and then.
      const [signed, ordered] = [meeting(), meeting()];
      const key: CertificateKey = {
        ...world.key,
        async sign(claims) {
          const jws = await world.key.sign(claims);
          signed.reach();
          if (n % 2 === 0) await ordered.reached;
          return jws;
        },
      };
      const replay = async () => {
        await signed.reached;
        const order = replayDeletions(
          db.pool,
          PARTICIPANTS,
          { replayId, by: 'op-1', unproven: 'why' },
          listed,
        );
        ordered.reach();
        return { id, replayed: (await order).opened };
      };
      return [replay, () => certifyDeletion(db.pool, key, 'lethe', row)];
    });
    for (const [{ id, replayed }, { kind }] of won) {
      const certified = kind === 'certified';
      expect(kind).toBe(certified ? 'certified' : 'raced');
      // What was certified in this moment is replayed as such.
      expect(replayed.map((row) => row.purged_time !== null)).toEqual([certified]);
      expect(await see(db.pool, id)).toMatchObject({
        ...{ state: 'purging', epoch: 2, certificates: certified ? 1 : 0 },
        deletions: [
          `deletion_planned 1 ${certified ? 'purged' : 'superseded'}`,
          'deletion_planned 2 purging',
        ],
      });
    }
    expectBoth(won.map(([, { kind }]) => kind));
  });
});

function meeting() {
  let reach = () => {};
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { reached, reach };
}
