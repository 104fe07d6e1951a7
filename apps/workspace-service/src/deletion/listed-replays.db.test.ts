import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DeletionState, type ReplayDeletionsRequest, type ReplayedDeletion } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getDeletionRpc } from '../get-deletion/get-deletion.rpc.js';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { getWorkspaceRpc } from '../get-workspace/get-workspace.rpc.js';
import { listDeletionsRpc } from '../list-deletions/list-deletions.rpc.js';
import { listOpenGrantsRpc } from '../list-open-grants/list-open-grants.rpc.js';
import { auditBehind, lastEventNo } from '../testing/audit.sql.js';
import { certifiedWorld, idsOf, LONG_AGO, type CertifiedWorld } from '../testing/replays.js';
import {
  byLoop,
  callerNamed,
  contextOf,
  evidence,
  reasonOf,
  report,
  softDelete,
} from '../testing/stories.js';
import { see } from '../testing/world.sql.js';

let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

describe('ReplayDeletions', () => {
  it('pages in key order, whatever the size, and goes on where a page was lost', async () => {
    const [org, next] = [await world.organization(), await world.organization()];
    const expected = [...(await world.purgedOf(org, 5)), ...(await world.purgedOf(next, 2))];
    const listed = { validateOnly: true, replayId: '' };
    const own = (found: ReplayedDeletion[]) =>
      idsOf(found.filter(({ organizationId }) => [org, next].includes(organizationId)));
    for (const pageSize of [1, 2, 3, 0, 1000])
      expect(own(await world.replayAll({ ...listed, pageSize }))).toEqual(expected);
    for (const pageSize of [2, 5])
      expect(idsOf(await world.replayAll({ ...listed, organizationId: org, pageSize }))).toEqual(
        expected.slice(0, 5),
      );

    const replay = { organizationId: org, replayId: randomUUID(), pageSize: 2 };
    const first = await world.replay(replay);
    expect([idsOf(first.deletions), await world.replay(replay)]).toMatchObject([
      expected.slice(0, 2),
      { deletions: [{}, {}] },
    ]);
    expect(idsOf(await world.replayAll(replay))).toEqual([expected[4]]);
    const second = await world.replay({ ...replay, pageToken: first.nextPageToken });
    expect(second.deletions).toEqual([]);
    expect(idsOf(await world.replayAll({ organizationId: next, replayId: replay.replayId }))).toEqual(
      expected.slice(5),
    );
  });

  it('leaves out what was certified before the time, and nothing else', async () => {
    const org = await world.organization();
    const [before, at, after] = [await world.purged(org), await world.purged(org), await world.purged(org)];
    const since = (await world.deletionOf(at))?.purgedTime;
    expect((await world.deletionOf(before))!.purgedTime! < since!).toBe(true);
    expect(idsOf(await world.replayAll({ organizationId: org, since })).sort()).toEqual([at, after].sort());
    expect(await see(db.pool, before)).toMatchObject({ state: 'purged', epoch: 1 });
  });

  it('lists what it would do, and changes nothing', async () => {
    const org = await world.organization();
    const id = await world.purged(org);
    const audit = await lastEventNo(db.pool);
    const seen = await see(db.pool, id);
    const first = await world.deletionOf(id);
    const expected = { workspaceId: id, replayOf: first?.deletionId, deletionId: '', epoch: 2 };
    const replayId = randomUUID();
    for (const listed of ['', replayId])
      expect(
        await world.replayAll({ organizationId: org, validateOnly: true, replayId: listed }),
      ).toMatchObject([expected]);
    expect([await see(db.pool, id), await auditBehind(db.pool, audit)]).toEqual([seen, []]);
    await world.replayAll({ organizationId: org, replayId });
    await world.finish(id, 2);
    expect(await world.replayAll({ organizationId: org, validateOnly: true, replayId })).toEqual([]);
    expect(await world.replayAll({ organizationId: org, validateOnly: true, replayId: '' })).toHaveLength(1);
  });

  it.each<[string, Partial<ReplayDeletionsRequest>, string]>([
    ['no time', { since: undefined }, 'INVALID_ARGUMENT'],
    ['a time beyond dates', { since: new Date(NaN) }, 'INVALID_ARGUMENT'],
    ['no id', { replayId: '' }, 'INVALID_ARGUMENT'],
    ['another kind of id', { replayId: 'monday' }, 'INVALID_ARGUMENT'],
    ['another kind of id to look', { replayId: 'monday', validateOnly: true }, 'INVALID_ARGUMENT'],
    ['nobody', { orderedBy: ' ' }, 'INVALID_ARGUMENT'],
    ['a size', { pageSize: 1001 }, 'INVALID_ARGUMENT'],
    ['a token', { pageToken: 'x' }, 'INVALID_ARGUMENT'],
    ['an organization', { organizationId: 'unheard-of' }, 'ORGANIZATION_NOT_FOUND'],
  ])('refuses %s', async (_, request, reason) => {
    expect(await reasonOf(world.replay(request))).toBe(reason);
  });

  it('refuses the token of another organization', async () => {
    const [org, other] = [await world.organization(), await world.organization()];
    await world.purgedOf(org, 2);
    const { nextPageToken: pageToken } = await world.replay({
      organizationId: org,
      validateOnly: true,
      pageSize: 1,
    });
    expect(pageToken).not.toBe('');
    expect(await reasonOf(world.replay({ organizationId: other, pageToken }))).toBe('INVALID_ARGUMENT');
  });
});

describe('a replayed workspace', () => {
  it('keeps its earlier grant, which is not open any more', async () => {
    const org = await world.organization();
    const id = await world.purged(org);
    await world.replayAll({ organizationId: org });
    for (const epoch of [1, 2])
      expect(await getGrantRpc(db.pool)({ workspaceId: id, epoch })).toMatchObject({
        grant: { epoch },
      });
    const open = await listOpenGrantsRpc(db.pool)(
      { pageSize: 1000, pageToken: '' },
      contextOf('realm-purge'),
    );
    expect(open.grants.filter((grant) => grant.workspaceId === id).map((grant) => grant.epoch)).toEqual([2]);
    expect(await report(db.pool, 'realm-purge', id, evidence({ blocksTotal: 9, blocksSwept: 8 }))).toBe(
      'EVIDENCE_CHANGED',
    );
  });

  it('is as invisible to users as before, and its deletion as visible to who asked for it', async () => {
    const org = await world.organization();
    const id = await world.workspace(org);
    await softDelete(db.pool, id);
    await db.pool.query('alter table deletion disable trigger deletion_moves');
    await db.pool.query('update deletion set requested_by = $2 where workspace_id = $1', [id, `${org}-ann`]);
    await db.pool.query('alter table deletion enable trigger deletion_moves');
    await byLoop(db.pool, org, id);
    await world.finish(id, 1);
    const ann = { workspaceId: id, caller: callerNamed(`${org}-ann`) };
    const get = () => reasonOf(getWorkspaceRpc(db.pool)({ ...ann, includeDeleted: true } as never));
    const before = await get();
    await world.replayAll({ organizationId: org });
    expect(await get()).toEqual(before);
    const { deletion } = await getDeletionRpc(db.pool)(ann, contextOf('gateway'));
    expect(deletion).toMatchObject({ state: DeletionState.PURGING, epoch: 2 });
  });

  it('is the newest in the list of deletions, above the one that it replays', async () => {
    const org = await world.organization();
    const [first, second] = [await world.purged(org), await world.purged(org)];
    const replays = await world.replayAll({ organizationId: org, since: LONG_AGO });
    const listed = await listDeletionsRpc(db.pool)({
      ...{ organizationId: org, state: DeletionState.UNSPECIFIED, pageSize: 0, pageToken: '' },
    });
    expect(listed.deletions.map((d) => [d.workspaceId, d.epoch]).slice(2)).toEqual([
      [second, 1],
      [first, 1],
    ]);
    expect(
      listed.deletions
        .slice(0, 2)
        .map((d) => d.deletionId)
        .sort(),
    ).toEqual(replays.map((replay) => replay.deletionId).sort());
  });
});
