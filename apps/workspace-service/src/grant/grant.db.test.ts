import { fileURLToPath } from 'node:url';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { placeHoldRpc } from '../place-hold/place-hold.rpc.js';
import { releaseHoldRpc } from '../release-hold/release-hold.rpc.js';
import { startDuePurges } from '../start-due-purges/start-due-purges.loop.js';
import { startPurgeRpc } from '../start-purge/start-purge.rpc.js';
import { byLoop, byOperator, contextOf, KINDS, reasonOf, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, PARTICIPANTS, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addOrganization(db.pool, 'slow', { graceSeconds: 3600 });
  await addOrganization(db.pool, 'hand', { mode: 'manual' });
  for (const organization of ['org1', 'slow', 'hand'])
    await addUser(db.pool, organization, `${organization}-ann`);
});
afterAll(() => db.drop());

const workspace = (organization = 'org1') =>
  addWorkspace(db.pool, organization, { [`${organization}-ann`]: 'ADMIN' });
async function deleted(organization = 'org1'): Promise<string> {
  const id = await workspace(organization);
  await softDelete(db.pool, id);
  return id;
}
const hold = (workspaceId: string, origin = 'court') =>
  placeHoldRpc(db.pool)(
    { workspaceId, origin, reason: 'because', placedBy: 'o', caller: undefined },
    contextOf('operator'),
  );

describe('the grant of a planned deletion', () => {
  it('moves the workspace, freezes the participants and appends the event', async () => {
    const id = await deleted();
    const outcome = await byLoop(db.pool, 'org1', id);
    expect(outcome).toMatchObject({
      kind: 'granted',
      deletion: { workspace_id: id, epoch: 1, state: 'purging', granted_by: 'loop' },
      participants: [{ participant: 'blob-sweeper' }, { participant: 'realm-purge', evidence: null }],
    });
    expect(await see(db.pool, id)).toMatchObject({
      state: 'purging',
      epoch: 1,
      members: ['org1-ann:ADMIN!1'],
      deletions: ['deletion_planned 1 purging'],
      events: ['workspace.purge_started'],
    });
  });

  it('answers the same grant when repeated, and only to an order of its kind', async () => {
    const id = await deleted();
    const request = {
      ...{ organizationId: 'org1', workspaceId: id, kind: KINDS.deletion_planned, orderedBy: 'o' },
      ...{ validateOnly: false, keepBlocks: false },
    };
    const first = await startPurgeRpc(db.pool, PARTICIPANTS)(request);
    expect(await startPurgeRpc(db.pool, PARTICIPANTS)({ ...request, orderedBy: 'another' })).toEqual(first);
    expect((await see(db.pool, id)).events).toHaveLength(1);
    const otherKind = startPurgeRpc(db.pool, PARTICIPANTS)({ ...request, kind: KINDS.orphaned });
    expect(await reasonOf(otherKind)).toBe('ALREADY_PURGED');
  });

  it('in manual mode is an operator order alone', async () => {
    const id = await deleted('hand');
    expect((await byLoop(db.pool, 'hand', id)).kind).not.toBe('granted');
    expect((await see(db.pool, id)).state).toBe('deleted');
    expect((await byOperator(db.pool, 'hand', id)).kind).toBe('granted');
  });

  it('refuses what is not due, to an operator too', async () => {
    const id = await deleted('slow');
    expect((await byLoop(db.pool, 'slow', id)).kind).toBe('not_due');
    expect((await byOperator(db.pool, 'slow', id)).kind).toBe('not_due');
    expect((await see(db.pool, id)).state).toBe('deleted');
  });

  it('refuses what is held, until every hold is released', async () => {
    const id = await deleted();
    const [one, two] = [await hold(id), await hold(id, 'police')];
    const release = (holdId: string) =>
      releaseHoldRpc(db.pool)(
        { holdId, releasedBy: 'o', caller: undefined, workspaceId: '', origin: '' },
        contextOf('operator'),
      );
    expect((await byOperator(db.pool, 'org1', id)).kind).toBe('held');
    await release(one.holdId);
    expect(await reasonOf(release(one.holdId))).toBe('HOLD_NOT_FOUND');
    expect((await byLoop(db.pool, 'org1', id)).kind).toBe('held');
    await release(two.holdId);
    expect((await byLoop(db.pool, 'org1', id)).kind).toBe('granted');
    expect(await reasonOf(hold(id))).toBe('PURGE_STARTED');
  });

  it('refuses an active workspace, an unknown one, and one under another organization', async () => {
    const [active, other] = [await workspace(), await deleted('hand')];
    expect((await byOperator(db.pool, 'org1', active)).kind).toBe('not_deletable');
    expect((await byOperator(db.pool, 'org1', crypto.randomUUID())).kind).toBe('not_found');
    expect((await byOperator(db.pool, 'org1', undefined)).kind).toBe('not_found');
    expect((await byOperator(db.pool, 'org1', other)).kind).toBe('not_found');
    expect((await byOperator(db.pool, 'org', other)).kind).toBe('organization_not_found');
    expect((await byOperator(db.pool, ' hand', other)).kind).toBe('organization_not_found');
    expect((await see(db.pool, other)).state).toBe('deleted');
  });
});

describe('startDuePurges', () => {
  it('starts all that is due beyond a batch, though those before it fail, and nothing else', async () => {
    const logger = createLogger('test', 'silent');
    await startDuePurges(db.pool, PARTICIPANTS, logger);
    await db.pool.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`,
    );
    await db.pool.query(`alter table workspace add column broken boolean not null default false`);
    await db.pool.query(
      `create trigger refuse before update of state on workspace for each row when (new.broken and new.state = 'purging') execute function refuse()`,
    );
    const ids: string[] = [];
    for (let n = 0; n < 60; n++) ids.push(await deleted());
    await db.pool.query(`update workspace set broken = true where workspace_id = any($1)`, [
      ids.slice(0, 55),
    ]);
    const [held, later, manual] = [await deleted(), await deleted('slow'), await deleted('hand')];
    await hold(held);
    const { counts } = await startDuePurges(db.pool, PARTICIPANTS, logger);
    expect(counts).toEqual({ found: 60, granted: 5, failed: 55 });
    for (const id of ids.slice(55)) expect((await see(db.pool, id)).state).toBe('purging');
    for (const id of [held, later, manual]) expect((await see(db.pool, id)).state).toBe('deleted');
  });
});
