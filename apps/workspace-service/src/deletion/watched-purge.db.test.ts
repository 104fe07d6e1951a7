import { fileURLToPath } from 'node:url';
import { DeletionProgress, type Deletion, type WatchDeletionResponse } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getDeletionRpc } from '../get-deletion/get-deletion.rpc.js';
import { reportProgressRpc } from '../report-progress/report-progress.rpc.js';
import { interventionsIn } from '../testing/interventions.js';
import { byLoop, byOperator, contextOf, softDelete } from '../testing/stories.js';
import { quietService, watchAt } from '../testing/watching.js';
import { addOrganization, addUser, addWorkspace } from '../testing/world.sql.js';
import { watchDeletionRpc } from '../watch-deletion/watch-deletion.rpc.js';
import { createWatchers } from '../watch-deletion/watchers.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let service: WorkspaceServiceHandle;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'eve', { orgRole: 255 });
  // Where nothing is granted but by order: the service's own loop would be in time now and then.
  await addOrganization(db.pool, 'by-hand', { mode: 'manual' });
  await addUser(db.pool, 'by-hand', 'hal', { orgRole: 255 });
  service = await quietService({
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
  });
});
afterAll(async () => {
  await service.stop();
  await db.drop();
});

async function deleted(organizationId = 'org1', admin = 'eve'): Promise<string> {
  const id = await addWorkspace(db.pool, organizationId, { [admin]: 'ADMIN' });
  await softDelete(db.pool, id);
  return id;
}

describe('what an operator orders, and what time alone brings', () => {
  it('is told: a pause, its end, kept blocks', async () => {
    const id = await deleted('by-hand', 'hal');
    await byOperator(db.pool, 'by-hand', id, 'deletion_planned', true);
    const { pause, resume, release } = interventionsIn(() => db.pool);
    const watching = watchAt(service, 'hal', id);
    const told = async () => (await watching.next()).deletion!;
    expect(await told()).toMatchObject({ keepBlocks: true, conditions: [{ type: 'BlocksKept' }, {}, {}] });
    await pause(id, 'a mistake is feared', 'olga');
    const paused = await told();
    expect(paused.conditions.map(({ type }) => type)).toContain('Paused');
    expect(JSON.stringify(paused)).not.toContain('olga');
    await resume(id);
    expect((await told()).conditions.map(({ type }) => type)).not.toContain('Paused');
    await release(id);
    expect((await told()).conditions.map(({ type }) => type)).toEqual(['ReportPending', 'ReportPending']);
    watching.cancel();
  });

  it('is told when a silence grows too long, though nothing is written, and passes on the estimated end', async () => {
    const id = await deleted();
    await byLoop(db.pool, 'org1', id);
    const estimatedEndTime = new Date('2030-01-01T00:00:00Z');
    const progress = DeletionProgress.create({ blocksTotal: 9, blocksPerSecond: 3, estimatedEndTime });
    await reportProgressRpc(db.pool)(
      { workspaceId: id, epoch: 1, progress, conditions: [] },
      contextOf('realm-purge'),
    );
    const request = { workspaceId: id, caller: undefined, lastEventId: '' };
    const patience = { noProgressSeconds: 2 };
    const watching = watchDeletionRpc(db.pool, createWatchers(), patience)(request, contextOf('operator'));
    const told = async () => ((await watching.next()).value as WatchDeletionResponse).deletion!;
    const silent = ({ conditions }: Deletion) => conditions.some(({ type }) => type === 'ParticipantSilent');
    let last = await told();
    expect(last.progress).toMatchObject({ blocksTotal: 9, blocksPerSecond: 3, estimatedEndTime });
    while (!silent(last)) last = await told();
    expect(last.conditions.map(({ type }) => type)).toEqual([
      ...['NoProgress', 'ParticipantSilent', 'ParticipantSilent', 'ReportPending', 'ReportPending'],
    ]);
    await watching.return(undefined);
    const read = await getDeletionRpc(db.pool, patience)(request, contextOf('operator'));
    expect(read.deletion).toEqual(last);
  });
});
