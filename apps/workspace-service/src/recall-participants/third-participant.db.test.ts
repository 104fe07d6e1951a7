import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { DeletionProgress, DeletionState, ErasureEvidence } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import { parseCallers } from '@lethe/service';
import { createTestDatabase, eventually, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../config.js';
import { CALLERS, clientsOf, configOf, serviceOf } from '../testing/running-service.js';
import { certificateKey, evidence, report, softDelete } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, PARTICIPANTS } from '../testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../workspace-service.js';

const THIRD = 'search-index';
const REQUIRED = new Map([...PARTICIPANTS, [THIRD, false]]);
let db: TestDatabase;
let config: Config;
let service: WorkspaceServiceHandle | undefined;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../migrations', import.meta.url)));
  await addOrganization(db.pool, 'org1', {});
  await addUser(db.pool, 'org1', 'ann');
  config = configOf({
    databaseUrl: db.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: (await certificateKey()).json,
  });
  const hashes = [...CALLERS, THIRD].map(
    (name) => `${name}=${createHash('sha256').update(name).digest('hex')}`,
  );
  config = { ...config, callers: parseCallers(hashes.join(',')) };
});
afterEach(() => service?.stop());
afterAll(() => db.drop());

/** The service with these settings: its calls by a caller's name. */
async function serve(participants: Config['participants']) {
  service = serviceOf({ ...config, participants });
  await service.start();
  const { grpcAddress } = service;
  return (name: string) => clientsOf(grpcAddress, name);
}
const deletionOf = async (operator: ReturnType<typeof clientsOf>, workspaceId: string) =>
  (await operator.workspaces.unary((c) => c.getDeletion, { caller: undefined, workspaceId })).deletion!;

async function granted(operator: ReturnType<typeof clientsOf>): Promise<string> {
  const id = await addWorkspace(db.pool, 'org1', { ann: 'ADMIN' });
  await softDelete(db.pool, id);
  await eventually('it is granted', async () => {
    const { state } = await deletionOf(operator, id);
    return state === DeletionState.PURGING;
  });
  return id;
}
const reportBoth = async (id: string) => {
  expect(await report(db.pool, 'realm-purge', id, evidence({ stores: [] }))).toEqual({});
  expect(await report(db.pool, 'blob-sweeper', id)).toEqual({});
};

describe('a third participant', () => {
  it('says what holds it up, and hides no count of those who count blocks', async () => {
    const calls = await serve(REQUIRED);
    const [operator, realmPurge, third] = [calls('operator'), calls('realm-purge'), calls(THIRD)];
    const id = await granted(operator);
    const grant = { workspaceId: id, epoch: 1 };
    await realmPurge.authority.unary((c) => c.reportProgress, {
      ...grant,
      progress: DeletionProgress.create({ blocksTotal: 5, blocksSwept: 2 }),
      conditions: [],
    });
    await third.authority.unary((c) => c.reportProgress, {
      ...grant,
      progress: DeletionProgress.create(),
      conditions: [{ type: 'Blocked', source: '', message: 'locked', since: undefined, until: undefined }],
    });
    const { progress, conditions } = await deletionOf(operator, id);
    expect(progress).toMatchObject({ blocksTotal: 5, blocksSwept: 2 });
    expect(conditions).toMatchObject([
      { type: 'Blocked', source: THIRD, message: 'locked' },
      ...['blob-sweeper', 'realm-purge', THIRD].map((name) => ({
        type: 'ReportPending',
        message: expect.stringContaining(name),
      })),
    ]);
    for (const client of [operator, realmPurge, third]) client.close();
  });

  it('that is not required any more reports on what it was required for, and on nothing else', async () => {
    let calls = await serve(REQUIRED);
    let operator = calls('operator');
    const id = await granted(operator);
    operator.close();
    await service?.stop();

    calls = await serve(PARTICIPANTS);
    operator = calls('operator');
    const third = calls(THIRD);
    const later = await granted(operator);
    await reportBoth(id);
    await reportBoth(later);
    await eventually('the later one, which does not require it, is certified', async () => {
      const { state } = await deletionOf(operator, later);
      return state === DeletionState.PURGED;
    });
    expect((await deletionOf(operator, id)).state).toBe(DeletionState.PURGING);
    const reported = (workspaceId: string) =>
      third.authority.unary((c) => c.reportErasure, {
        workspaceId,
        epoch: 1,
        evidence: ErasureEvidence.fromPartial({ removed: { documents: 3 } }),
      });
    await expect(reported(later)).rejects.toSatisfy((error) => refusalOf(error)?.reason === 'NO_GRANT');
    const { grants } = await third.authority.unary((c) => c.listOpenGrants, { pageSize: 0, pageToken: '' });
    expect(grants.map(({ workspaceId }) => workspaceId)).toContain(id);
    await reported(id);
    await eventually('the first one is certified', async () => {
      const { state } = await deletionOf(operator, id);
      return state === DeletionState.PURGED;
    });
    for (const client of [operator, third]) client.close();
  });

  it('that no open grant waits for may not call', async () => {
    const calls = await serve(PARTICIPANTS);
    const stranger = calls('stranger');
    const call = stranger.authority.unary((c) => c.listOpenGrants, { pageSize: 0, pageToken: '' });
    await expect(call).rejects.toSatisfy((error) => refusalOf(error)?.reason === 'CALLER_NOT_ALLOWED');
    stranger.close();
  });
});
