import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { verifyCertificate, verifyStatement } from '@lethe/certificate';
import { ErasureEvidence } from '@lethe/contracts';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getStatementRpc } from '../get-statement/get-statement.rpc.js';
import { recordEvidence } from '../report-erasure/report-erasure.sql.js';
import { auditBehind, lastEventNo } from '../testing/audit.sql.js';
import { certifiedWorld, idsOf, UNPROVEN, type CertifiedWorld } from '../testing/replays.js';
import { reportProgress } from '../testing/statements.js';
import { contextOf, evidence, reasonOf, report } from '../testing/stories.js';
import { see } from '../testing/world.sql.js';
import { newestDeletion } from './deletion.sql.js';

let db: TestDatabase;
let world: CertifiedWorld;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  world = await certifiedWorld(db.pool);
});
afterAll(() => db.drop());

const NONE = { pages: 0, blocksTotal: 0, blocksSwept: 0, blocksRetained: 0, stores: [] };
const both = async (id: string, epoch: number, blocks = {}) => {
  for (const participant of ['blob-sweeper', 'realm-purge'])
    expect(await report(db.pool, participant, id, evidence(blocks), epoch)).toEqual({});
};
/** Five blocks of it were reported by realm-purge, and nobody can show that they are gone. */
async function unproven(organizationId: string): Promise<string> {
  const id = await world.purging(organizationId);
  expect(await report(db.pool, 'realm-purge', id)).toEqual({});
  return id;
}
const statementOf = async (workspaceId: string) => {
  const rpc = getStatementRpc(db.pool, { current: () => Promise.resolve(world.key) });
  const { jws } = await rpc({ workspaceId, caller: undefined }, contextOf('operator'));
  const verified = await verifyStatement(jws, { keys: [world.key.publicJwk] });
  if (verified.kind !== 'verified') throw new Error(verified.kind);
  return verified.claims;
};
const conditionsOf = async (id: string) =>
  (await world.deletionOf(id))?.conditions.map(({ type, message }) => [type, message]);

describe('a replay', () => {
  it('leaves out what is not certified though blocks of it were reported, and says how many', async () => {
    const org = await world.organization();
    const [open, certified] = [await unproven(org), await world.purged(org)];
    const seen = await see(db.pool, open);
    const audit = await lastEventNo(db.pool);
    const leftOut = { workspaceId: open, deletionId: '', unprovenBlocks: 5, unprovenEpoch: 1 };
    for (const validateOnly of [true, false]) {
      const answer = await world.replay({ organizationId: org, validateOnly });
      expect(idsOf(answer.deletions)).toEqual([certified]);
      expect(answer.deletions[0]).toMatchObject({ unprovenBlocks: 0, unprovenEpoch: 0 });
      expect(answer.leftOut).toMatchObject([leftOut]);
    }
    expect(await see(db.pool, open)).toEqual(seen);
    expect(await auditBehind(db.pool, audit)).toHaveLength(1);
    // Between two reports: it ends by itself, and is replayed then.
    expect(await report(db.pool, 'blob-sweeper', open)).toEqual({});
    expect((await world.replay({ organizationId: org })).leftOut).toMatchObject([leftOut]);
    // Nor does an order take it: all have counted alike, and it merely waits.
    for (const validateOnly of [true, false]) {
      const answer = await world.replay({ organizationId: org, validateOnly, ...UNPROVEN });
      expect(idsOf(answer.deletions)).not.toContain(open);
      expect(answer.leftOut).toMatchObject([leftOut]);
    }
    await world.certify();
    const { deletions, leftOut: none } = await world.replay({ organizationId: org });
    expect([idsOf(deletions), none]).toEqual([[open], []]);
  });

  it('leaves out what only said its blocks, and takes what has none', async () => {
    const org = await world.organization();
    const [counted, empty] = [await world.purging(org), await world.purging(org)];
    const progress = { blocksTotal: 7, blocksSwept: 3, blocksRetained: 0, blocksBlocked: 4, bytesTotal: 0 };
    await reportProgress(db.pool, 'realm-purge', {
      ...{ workspaceId: counted, epoch: 1, conditions: [] },
      progress: { ...progress, blocksPerSecond: 0, estimatedEndTime: undefined },
    });
    await db.pool.query(
      `insert into deletion_participant (deletion_id, participant, gives_block_evidence, evidence, report_time)
       select deletion_id, 'search', false, '{}', clock_timestamp() from deletion where workspace_id = $1`,
      [counted],
    );
    expect(await report(db.pool, 'realm-purge', empty, evidence(NONE))).toEqual({});
    const answer = await world.replay({ organizationId: org });
    expect(idsOf(answer.deletions)).toEqual([empty]);
    expect(answer.leftOut).toMatchObject([{ workspaceId: counted, unprovenBlocks: 7, unprovenEpoch: 1 }]);
  });

  it('tells every one that it leaves out, whatever the pages', async () => {
    const org = await world.organization();
    const open = [await unproven(org), await unproven(org), await unproven(org)].sort();
    const certified = await world.purgedOf(org, 3);
    for (const pageSize of [1, 2, 4, 6]) {
      const [found, left]: [string[], string[]] = [[], []];
      for (let pageToken = '', more = true; more; more = pageToken !== '') {
        const listed = { organizationId: org, validateOnly: true, pageSize, pageToken };
        const page = await world.replay(listed);
        found.push(...idsOf(page.deletions));
        left.push(...idsOf(page.leftOut));
        pageToken = page.nextPageToken;
      }
      expect([found, left]).toEqual([certified, open]);
    }
  });

  it('takes it by an order with a reason, and no certificate says of fewer blocks that they are gone', async () => {
    const org = await world.organization();
    const id = await unproven(org);
    const audit = await lastEventNo(db.pool);
    const order = { organizationId: org, ...UNPROVEN };
    expect(await reasonOf(world.replay({ ...order, reason: ' ' }))).toBe('INVALID_ARGUMENT');
    const { deletions, leftOut } = await world.replay(order);
    expect(deletions).toMatchObject([{ workspaceId: id, epoch: 2, unprovenBlocks: 5, unprovenEpoch: 1 }]);
    expect(leftOut).toEqual([]);
    expect(await auditBehind(db.pool, audit)).toMatchObject([
      { detail: { change: 'deletion_replayed', unprovenBlocks: 5, unprovenEpoch: 1 } },
    ]);
    expect(JSON.stringify(await auditBehind(db.pool, audit))).not.toContain(UNPROVEN.reason);
    expect(await newestDeletion(db.pool, org, id)).toMatchObject({
      ...{ granted_by: 'op-1', unproven_reason: UNPROVEN.reason },
    });
    const pending = '5 blocks that epoch 1 reported were never shown to be gone: no certificate for fewer';
    expect(await conditionsOf(id)).toContainEqual(['BlocksUnproven', pending]);
    expect((await statementOf(id)).unproven).toEqual({ blocks: 5, epoch: 1 });

    // Nothing came back, as both say.
    await both(id, 2, NONE);
    expect((await world.certify()).counts).toMatchObject({ certified: 0, contradictions: 1 });
    expect(await see(db.pool, id)).toMatchObject({ state: 'purging', certificates: 0 });
    const over =
      '5 blocks that epoch 1 reported were never shown to be gone, and these reports account for 0';
    expect(await conditionsOf(id)).toEqual([['ReportsContradict', over]]);
    const statement = await statementOf(id);
    expect(statement).toMatchObject({
      unproven: { blocks: 5, epoch: 1 },
      conditions: [{ type: 'ReportsContradict', blocks: 5 }],
    });
  });

  it('carries the number on, and a certificate comes with as many', async () => {
    const org = await world.organization();
    const id = await unproven(org);
    const order = { organizationId: org, ...UNPROVEN };
    await world.replay(order);
    expect(await report(db.pool, 'realm-purge', id, evidence({ blocksTotal: 3, blocksSwept: 2 }), 2)).toEqual(
      {},
    );
    expect((await world.replay({ organizationId: org })).leftOut).toMatchObject([
      { workspaceId: id, unprovenBlocks: 5, unprovenEpoch: 1 },
    ]);
    const replay = { ...order, replayId: randomUUID() };
    expect((await world.replay(replay)).deletions).toMatchObject([{ epoch: 3, unprovenEpoch: 1 }]);
    await both(id, 3, { blocksTotal: 4, blocksSwept: 4, blocksRetained: 0 });
    expect((await world.certify()).counts).toMatchObject({ contradictions: 2 }); // and that of the test before
    await world.replay({ ...order, replayId: randomUUID() });
    await both(id, 4);
    expect((await world.certify()).counts).toMatchObject({ certified: 1 });
    const verified = await verifyCertificate((await world.certificateOf(id)).jws, {
      keys: [world.key.publicJwk],
    });
    if (verified.kind !== 'verified') throw new Error(verified.kind);
    expect(verified.claims).toMatchObject({ epoch: 4, blocks: { total: 5 } });
    expect(verified.claims.limits.join()).toMatch(/epoch 1 reported 5 blocks .* never certified/);
    // What is certified is proven.
    expect((await world.replay({ organizationId: org })).deletions).toMatchObject([
      { workspaceId: id, epoch: 5, unprovenBlocks: 0 },
    ]);
  });

  it('takes it by an order where the two who counted do not say the same', async () => {
    const org = await world.organization();
    const [swept, root, total, one] = await Promise.all([1, 2, 3, 4].map(async () => await unproven(org)));
    for (const [id, blocks] of [
      [swept, { blocksSwept: 3, blocksRetained: 2 }],
      [root, { root: Buffer.alloc(32, 8) }],
      [total, { blocksTotal: 6, blocksRetained: 2 }],
    ] as const)
      expect(await report(db.pool, 'blob-sweeper', id!, evidence(blocks))).toEqual({});
    const { deletions, leftOut } = await world.replay({ organizationId: org, ...UNPROVEN });
    expect([idsOf(deletions), leftOut]).toEqual([[swept, root, total, one].sort(), []]);
  });

  it('waits for a report that is under way, and nobody reports on what it superseded', async () => {
    const org = await world.organization();
    const id = await world.purging(org);
    expect(await report(db.pool, 'blob-sweeper', id, evidence(NONE))).toEqual({});
    const { deletion_id: first } = (await newestDeletion(db.pool, org, id))!;
    const reported = ErasureEvidence.toJSON(evidence());
    const client = await db.pool.connect();
    await client.query('begin');
    const {
      rows: [own],
    } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    expect(await recordEvidence(client, first, 'realm-purge', reported)).toEqual({ same: true });
    const replay = world.replay({ organizationId: org });
    await eventually('the replay waits', async () => {
      const { rows } = await db.pool.query(
        'select from pg_stat_activity where $1 = any(pg_blocking_pids(pid))',
        [own?.pid],
      );
      return rows.length > 0;
    });
    await client.query('commit');
    client.release();
    const { deletions, leftOut } = await replay;
    expect(deletions).toEqual([]);
    expect(leftOut).toMatchObject([{ workspaceId: id, unprovenBlocks: 5 }]);

    const none = await world.purging(org);
    expect(await report(db.pool, 'blob-sweeper', none, evidence(NONE))).toEqual({});
    const superseded = (await newestDeletion(db.pool, org, none))!;
    expect(idsOf((await world.replay({ organizationId: org })).deletions)).toEqual([none]);
    expect(await recordEvidence(db.pool, superseded.deletion_id, 'realm-purge', reported)).toBeUndefined();
  });
});
