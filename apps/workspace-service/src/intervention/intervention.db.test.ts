import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getGrantRpc } from '../get-grant/get-grant.rpc.js';
import { listOpenGrantsRpc } from '../list-open-grants/list-open-grants.rpc.js';
import { pausePurgeRpc } from '../pause-purge/pause-purge.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { auditAbout, auditText } from '../testing/audit.sql.js';
import { dump } from '../testing/dump.sql.js';
import { interventionsIn, OPERATOR } from '../testing/interventions.js';
import { byOperator, contextOf, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
});
afterAll(() => db.drop());
let bells = 0;
const { pause, resume, retry, release } = interventionsIn(
  () => db.pool,
  () => (bells += 1),
);

const workspace = () => addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
async function purging(keepBlocks = false): Promise<string> {
  const id = await workspace();
  await softDelete(db.pool, id);
  await byOperator(db.pool, 'org1', id, 'deletion_planned', keepBlocks);
  return id;
}
const grantOf = async (workspaceId: string) => (await getGrantRpc(db.pool)({ workspaceId, epoch: 1 })).grant!;
/** What the audit says behind the order itself: by whom, and what. */
async function saidOf(id: string) {
  const [ordered, ...entries] = await auditAbout(db.pool, id);
  expect(ordered?.detail).toMatchObject({ change: 'purge_ordered' });
  for (const { organization_id, workspace_id, by, context, action } of entries)
    expect([organization_id, workspace_id, by, context, action]).toEqual([
      ...['org1', id, `operator ${OPERATOR}`, 0, 1],
    ]);
  return entries.map(({ detail }) => detail);
}

describe('an operator', () => {
  it('pauses a purge and resumes it, as participants see; repeating either changes nothing', async () => {
    const id = await purging();
    const paused = await pause(id);
    expect(paused).toMatchObject({ workspaceId: id, paused: true, participants: [{}, {}] });
    expect(await grantOf(id)).toEqual(paused);
    const before = await dump(db.pool);
    expect(await pause(id, 'another reason')).toEqual(paused);
    expect(await dump(db.pool)).toEqual(before);

    const rang = bells;
    const resumed = await resume(id);
    expect(resumed).toMatchObject({ workspaceId: id, paused: false });
    expect(bells, 'the certifier was told').toBe(rang + 1);
    expect(await grantOf(id)).toEqual(resumed);
    const after = await dump(db.pool);
    expect(await resume(id)).toEqual(resumed);
    expect(await dump(db.pool)).toEqual(after);

    expect(await pause(id)).toMatchObject({ paused: true });
    const { deletionId } = await grantOf(id);
    expect(await saidOf(id)).toEqual([
      { change: 'purge_paused', deletionId },
      { change: 'purge_resumed', deletionId },
      { change: 'purge_paused', deletionId },
    ]);
  });

  it('tells to try again, once more with each order, also while it is paused', async () => {
    const id = await purging();
    expect(await retry(id)).toMatchObject({ retries: 1, paused: false });
    await pause(id);
    expect(await retry(id)).toMatchObject({ retries: 2, paused: true });
    const answers = await Promise.all(Array.from({ length: 10 }, () => retry(id)));
    const told = answers.map((grant) => (typeof grant === 'string' ? grant : grant.retries));
    expect(told.sort((a, b) => Number(a) - Number(b))).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const { deletionId, retries } = await grantOf(id);
    expect(retries).toBe(12);
    const said = await saidOf(id);
    expect(said).toHaveLength(13);
    expect(said.at(-1)).toEqual({ change: 'purge_retried', deletionId, retries: 12 });
    const open = await listOpenGrantsRpc(db.pool)(
      { pageSize: 1000, pageToken: '' },
      contextOf('realm-purge'),
    );
    expect(open.grants.find((grant) => grant.workspaceId === id)).toMatchObject({
      retries: 12,
      paused: true,
    });
  });

  it('lets kept blocks go, once, with the digest of the list for the audit', async () => {
    const id = await purging(true);
    const digest = 'AB'.repeat(32);
    const released = await release(id, digest);
    expect(released).toMatchObject({ blocksKept: false });
    expect(await grantOf(id)).toEqual(released);
    const before = await dump(db.pool);
    expect(await release(id)).toEqual(released);
    expect(await dump(db.pool)).toEqual(before);
    const { deletionId } = await grantOf(id);
    expect(await saidOf(id)).toEqual([
      { change: 'blocks_released', deletionId, manifestDigest: digest.toLowerCase() },
    ]);
    const without = await purging(true);
    await release(without);
    expect(await saidOf(without)).toEqual([
      { change: 'blocks_released', deletionId: (await grantOf(without)).deletionId },
    ]);
  });

  it('cannot release what was never kept', async () => {
    expect(await release(await purging())).toBe('BLOCKS_NOT_KEPT');
  });

  it('orders nothing of what is unknown, active, deleted, restored or purged', async () => {
    const [active, deleted, restored, purged] = [
      await workspace(),
      await workspace(),
      await workspace(),
      await purging(),
    ];
    await softDelete(db.pool, deleted);
    await softDelete(db.pool, restored);
    await restoreWorkspace(db.pool, { workspaceId: restored, caller: undefined, operator: 'o' });
    await db.pool.query(`update deletion set purged_time = clock_timestamp() where workspace_id = $1`, [
      purged,
    ]);
    await db.pool.query(`update workspace set state = 'purged', name = null where workspace_id = $1`, [
      purged,
    ]);
    const before = await dump(db.pool);
    for (const order of [pause, resume, retry, release]) {
      for (const id of [active, deleted, restored, purged]) expect(await order(id)).toBe('NOT_PURGING');
      for (const id of [randomUUID(), 'no id', '']) expect(await order(id)).toBe('WORKSPACE_NOT_FOUND');
    }
    expect(await dump(db.pool)).toEqual(before);
  });

  it('brings nothing back, and cannot be restored around', async () => {
    const id = await purging(true);
    await pause(id);
    const back = await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
    expect(back.kind).toBe('purge_started');
    expect((await see(db.pool, id)).state).toBe('purging');
  });

  it('says by whom, why and of what, or is refused', async () => {
    const id = await purging(true);
    const order = { workspaceId: id, orderedBy: OPERATOR, reason: 'because' };
    for (const wrong of [
      { orderedBy: '' },
      { orderedBy: ' ' },
      { orderedBy: 'x'.repeat(129) },
      { reason: '' },
      { reason: ' \n' },
      { reason: 'x'.repeat(501) },
      { reason: 'a\0b' },
    ])
      expect(await reasonOf(pausePurgeRpc(db.pool)({ ...order, ...wrong }))).toBe('INVALID_ARGUMENT');
    for (const digest of ['x', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), ` ${'a'.repeat(64)}`])
      expect(await release(id, digest)).toBe('INVALID_ARGUMENT');
    expect(await pause(id, 'x'.repeat(500))).toMatchObject({ paused: true });
  });

  it('has the reason of a pause kept with the deletion, never in the audit', async () => {
    const id = await purging();
    await pause(id, 'Ms Miller called');
    const { rows } = await db.pool.query(
      `select pause_reason, paused_by from deletion where workspace_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ pause_reason: 'Ms Miller called', paused_by: OPERATOR }]);
    expect((await auditText(db.pool)).filter((row) => row.includes('Miller'))).toEqual([]);
  });
});
