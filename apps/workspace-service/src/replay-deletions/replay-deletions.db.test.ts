import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { verifyCertificate, type CertificateKey } from '@lethe/certificate';
import { DeletionState, type ReplayDeletionsRequest, type ReplayedDeletion } from '@lethe/contracts';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certifyDeletions } from '../certify-deletion/certify-deletion.loop.js';
import { getCertificateRpc } from '../get-certificate/get-certificate.rpc.js';
import { getDeletionRpc } from '../get-deletion/get-deletion.rpc.js';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { getWorkspaceRpc } from '../get-workspace/get-workspace.rpc.js';
import { listDeletionsRpc } from '../list-deletions/list-deletions.rpc.js';
import { listOpenGrantsRpc } from '../list-open-grants/list-open-grants.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { auditBehind, lastEventNo } from '../testing/audit.sql.js';
import {
  byLoop,
  byOperator,
  callerNamed,
  certificateKey,
  contextOf,
  evidence,
  reasonOf,
  report,
  softDelete,
} from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, PARTICIPANTS, revoke, see } from '../testing/world.sql.js';
import { replayDeletionsRpc } from './replay-deletions.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const [logger, metrics] = [createLogger('test', 'silent'), createMetrics('test')];
const LONG_AGO = new Date('2000-01-01T00:00:00Z');
let db: TestDatabase;
let key: CertificateKey;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  ({ key } = await certificateKey());
});
afterAll(() => db.drop());

const certify = () =>
  certifyDeletions({ pool: db.pool, key: () => Promise.resolve(key), issuer: 'lethe', logger, metrics });
let organizations = 0;
/** Each test has organizations of its own. */
async function organization(): Promise<string> {
  const id = `o${String(++organizations).padStart(3, '0')}`;
  await addOrganization(db.pool, id, {});
  await addUser(db.pool, id, `${id}-ann`);
  return id;
}
async function finish(id: string, epoch: number): Promise<void> {
  for (const participant of PARTICIPANTS.keys())
    expect(await report(db.pool, participant, id, evidence(), epoch)).toEqual({});
  await certify();
}
async function purged(organizationId: string): Promise<string> {
  const id = await addWorkspace(db.pool, organizationId, { [`${organizationId}-ann`]: 'ADMIN' });
  await softDelete(db.pool, id);
  await byLoop(db.pool, organizationId, id);
  await finish(id, 1);
  return id;
}
const purgedOf = async (organizationId: string, count: number) => {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) ids.push(await purged(organizationId));
  return ids.sort();
};
const ask = (request: Partial<ReplayDeletionsRequest>) =>
  replayDeletionsRpc(
    db.pool,
    PARTICIPANTS,
  )({
    organizationId: '',
    since: LONG_AGO,
    orderedBy: 'op-1',
    replayId: randomUUID(),
    validateOnly: false,
    pageSize: 0,
    pageToken: '',
    ...request,
  });
async function all(request: Partial<ReplayDeletionsRequest>): Promise<ReplayedDeletion[]> {
  const found: ReplayedDeletion[] = [];
  for (let pageToken = '', more = true; more; more = pageToken !== '') {
    const page = await ask({ ...request, pageToken });
    found.push(...page.deletions);
    pageToken = page.nextPageToken;
  }
  return found;
}
const ids = (found: readonly ReplayedDeletion[]) => found.map((replayed) => replayed.workspaceId);
const operator = contextOf('operator');
const deletionOf = async (workspaceId: string) =>
  (await getDeletionRpc(db.pool)({ workspaceId, caller: undefined }, operator)).deletion;
const certificateOf = (workspaceId: string) =>
  getCertificateRpc(db.pool)({ workspaceId, caller: undefined }, operator);

describe('ReplayDeletions', () => {
  it('orders a certified deletion once more, as one of the next epoch with a certificate of its own', async () => {
    const org = await organization();
    const id = await purged(org);
    const [first, before] = [await deletionOf(id), await certificateOf(id)];
    const replayId = randomUUID();
    const audit = await lastEventNo(db.pool);
    const [replayed, ...more] = await all({ organizationId: org, replayId });
    expect([replayed, more]).toEqual([
      {
        organizationId: org,
        workspaceId: id,
        replayOf: first?.deletionId,
        purgedTime: first?.purgedTime,
        deletionId: expect.any(String) as string,
        epoch: 2,
      },
      [],
    ]);
    expect(await see(db.pool, id)).toMatchObject({
      ...{ state: 'purging', epoch: 2, name: null, members: [] },
      deletions: ['deletion_planned 1 purged', 'deletion_planned 2 purging'],
      events: ['workspace.purge_started', 'workspace.purged', 'workspace.purge_started'],
    });
    const deletion = await deletionOf(id);
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
    expect(await reasonOf(certificateOf(id))).toBe('CERTIFICATE_NOT_FOUND');

    await finish(id, 2);
    expect(await see(db.pool, id)).toMatchObject({ state: 'purged', name: null, certificates: 2 });
    const { jws } = await certificateOf(id);
    const verified = await verifyCertificate(jws, { keys: [key.publicJwk] });
    expect(verified).toMatchObject({
      kind: 'verified',
      claims: { deletionId: replayed?.deletionId, epoch: 2, replayOf: first?.deletionId, sequence: 2 },
    });
    const former = await verifyCertificate(before.jws, { keys: [key.publicJwk] });
    expect(former).toMatchObject({ kind: 'verified', claims: { deletionId: first?.deletionId } });
    expect(former.kind === 'verified' && 'replayOf' in former.claims).toBe(false);
  });

  it('replays an orphan as an orphan, and one that was restored in between by its last deletion alone', async () => {
    const org = await organization();
    const orphan = await addWorkspace(db.pool, org, { [`${org}-ann`]: 'ADMIN' });
    const back = await addWorkspace(db.pool, org, { [`${org}-ann`]: 'ADMIN' });
    await softDelete(db.pool, back);
    await restoreWorkspace(db.pool, { workspaceId: back, caller: undefined, operator: 'o' });
    await softDelete(db.pool, back);
    await byLoop(db.pool, org, back);
    await finish(back, 3);
    await revoke(db.pool, `${org}-ann`, 60);
    await byOperator(db.pool, org, orphan, 'orphaned');
    await finish(orphan, 1);
    expect(ids(await all({ organizationId: org }))).toEqual([orphan, back].sort());
    expect((await see(db.pool, orphan)).deletions).toEqual(['orphaned 1 purged', 'orphaned 2 purging']);
    expect((await see(db.pool, back)).deletions.slice(1)).toEqual([
      'deletion_planned 3 purged',
      'deletion_planned 4 purging',
    ]);
  });

  it('never replays a workspace twice by one id, though it was purged again since; by another it does', async () => {
    const org = await organization();
    const [a, b] = (await purgedOf(org, 2)) as [string, string];
    const replay = { organizationId: org, replayId: randomUUID() };
    expect(ids(await all(replay))).toEqual([a, b]);
    expect(await all(replay)).toEqual([]);
    await finish(a, 2);
    expect(await all(replay)).toEqual([]);
    const another = randomUUID();
    expect(ids(await all({ ...replay, replayId: another }))).toEqual([a]);
    await finish(a, 3);
    await finish(b, 2);
    expect(await all(replay)).toEqual([]);
    expect(ids(await all({ ...replay, replayId: another }))).toEqual([b]);
    expect((await see(db.pool, a)).deletions).toHaveLength(3);
  });

  it('takes up by a repeated replay what was still purging the first time', async () => {
    const org = await organization();
    const late = await addWorkspace(db.pool, org, {});
    await softDelete(db.pool, late);
    await byLoop(db.pool, org, late);
    const early = await purged(org);
    const replay = { organizationId: org, replayId: randomUUID() };
    expect(ids(await all(replay))).toEqual([early]);
    await finish(late, 1);
    expect(ids(await all(replay))).toEqual([late]);
  });

  it('pages in key order, whatever the size, and goes on where a page was lost', async () => {
    const [org, next] = [await organization(), await organization()];
    const expected = [...(await purgedOf(org, 5)), ...(await purgedOf(next, 2))];
    const listed = { validateOnly: true, replayId: '' };
    const own = (found: ReplayedDeletion[]) =>
      ids(found.filter(({ organizationId }) => [org, next].includes(organizationId)));
    for (const pageSize of [1, 2, 3, 0, 1000])
      expect(own(await all({ ...listed, pageSize }))).toEqual(expected);
    for (const pageSize of [2, 5])
      expect(ids(await all({ ...listed, organizationId: org, pageSize }))).toEqual(expected.slice(0, 5));

    const replay = { organizationId: org, replayId: randomUUID(), pageSize: 2 };
    const first = await ask(replay);
    expect([ids(first.deletions), await ask(replay)]).toMatchObject([
      expected.slice(0, 2),
      { deletions: [{}, {}] },
    ]);
    expect(ids(await all(replay))).toEqual([expected[4]]);
    const second = await ask({ ...replay, pageToken: first.nextPageToken });
    expect(second.deletions).toEqual([]);
    expect(ids(await all({ organizationId: next, replayId: replay.replayId }))).toEqual(expected.slice(5));
  });

  it('leaves out what was certified before the time, and nothing else', async () => {
    const org = await organization();
    const [before, at, after] = [await purged(org), await purged(org), await purged(org)];
    const since = (await deletionOf(at))?.purgedTime;
    expect((await deletionOf(before))!.purgedTime! < since!).toBe(true);
    expect(ids(await all({ organizationId: org, since })).sort()).toEqual([at, after].sort());
    expect(await see(db.pool, before)).toMatchObject({ state: 'purged', epoch: 1 });
  });

  it('lists what it would do, and changes nothing', async () => {
    const org = await organization();
    const id = await purged(org);
    const audit = await lastEventNo(db.pool);
    const seen = await see(db.pool, id);
    const first = await deletionOf(id);
    const expected = { workspaceId: id, replayOf: first?.deletionId, deletionId: '', epoch: 2 };
    const replayId = randomUUID();
    for (const listed of ['', replayId])
      expect(await all({ organizationId: org, validateOnly: true, replayId: listed })).toMatchObject([
        expected,
      ]);
    expect([await see(db.pool, id), await auditBehind(db.pool, audit)]).toEqual([seen, []]);
    await all({ organizationId: org, replayId });
    await finish(id, 2);
    expect(await all({ organizationId: org, validateOnly: true, replayId })).toEqual([]);
    expect(await all({ organizationId: org, validateOnly: true, replayId: '' })).toHaveLength(1);
  });

  it('replays each once, however many ask at once', async () => {
    const org = await organization();
    const expected = await purgedOf(org, 8);
    const replay = { organizationId: org, replayId: randomUUID(), pageSize: 4 };
    const answers = await Promise.all([1, 2, 3, 4].map(() => all(replay)));
    answers.push(await all({ organizationId: org, replayId: randomUUID() }));
    expect(ids(answers.flat()).sort()).toEqual(expected);
    for (const id of expected) expect((await see(db.pool, id)).events).toHaveLength(3);
  });

  it('leaves live, deleted and purging workspaces alone', async () => {
    const org = await organization();
    const members = { [`${org}-ann`]: 'ADMIN' } as const;
    const [live, deleted, purging] = [
      await addWorkspace(db.pool, org, members),
      await addWorkspace(db.pool, org, members),
      await addWorkspace(db.pool, org, members),
    ];
    await softDelete(db.pool, deleted);
    await softDelete(db.pool, purging);
    await byLoop(db.pool, org, purging);
    const seen = await Promise.all([live, deleted, purging].map((id) => see(db.pool, id)));
    expect(await all({ organizationId: org })).toEqual([]);
    expect(await Promise.all([live, deleted, purging].map((id) => see(db.pool, id)))).toEqual(seen);
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
    expect(await reasonOf(ask(request))).toBe(reason);
  });

  it('refuses the token of another organization', async () => {
    const [org, other] = [await organization(), await organization()];
    await purgedOf(org, 2);
    const { nextPageToken: pageToken } = await ask({ organizationId: org, validateOnly: true, pageSize: 1 });
    expect(pageToken).not.toBe('');
    expect(await reasonOf(ask({ organizationId: other, pageToken }))).toBe('INVALID_ARGUMENT');
  });
});

describe('a replayed workspace', () => {
  it('keeps its earlier grant, which is not open any more', async () => {
    const org = await organization();
    const id = await purged(org);
    await all({ organizationId: org });
    for (const epoch of [1, 2])
      expect(await getGrantRpc(db.pool)({ workspaceId: id, epoch })).toMatchObject({ grant: { epoch } });
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
    const org = await organization();
    const id = await addWorkspace(db.pool, org, { [`${org}-ann`]: 'ADMIN' });
    await softDelete(db.pool, id);
    await db.pool.query('alter table deletion disable trigger deletion_moves');
    await db.pool.query('update deletion set requested_by = $2 where workspace_id = $1', [id, `${org}-ann`]);
    await db.pool.query('alter table deletion enable trigger deletion_moves');
    await byLoop(db.pool, org, id);
    await finish(id, 1);
    const ann = { workspaceId: id, caller: callerNamed(`${org}-ann`) };
    const get = () => reasonOf(getWorkspaceRpc(db.pool)({ ...ann, includeDeleted: true } as never));
    const before = await get();
    await all({ organizationId: org });
    expect(await get()).toEqual(before);
    const { deletion } = await getDeletionRpc(db.pool)(ann, contextOf('gateway'));
    expect(deletion).toMatchObject({ state: DeletionState.PURGING, epoch: 2 });
  });

  it('is the newest in the list of deletions, above the one that it replays', async () => {
    const org = await organization();
    const [first, second] = [await purged(org), await purged(org)];
    const replays = await all({ organizationId: org, since: LONG_AGO });
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
