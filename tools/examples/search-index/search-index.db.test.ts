import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { verifyCertificate } from '@lethe/certificate';
import { DeletionState, Grant } from '@lethe/contracts';
import { parseCallers } from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import {
  createTestDatabase,
  eventually,
  serverVariable,
  stressStartStop,
  type TestDatabase,
} from '@lethe/testkit';
import type { JSONWebKeySet } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  CALLERS,
  clientsOf,
  configOf,
  serviceOf,
} from '../../../apps/workspace-service/src/testing/running-service.js';
import {
  certificateKey,
  evidence,
  report,
  softDelete,
} from '../../../apps/workspace-service/src/testing/stories.js';
import {
  addOrganization,
  addUser,
  addWorkspace,
  PARTICIPANTS,
} from '../../../apps/workspace-service/src/testing/world.sql.js';
import type { WorkspaceServiceHandle } from '../../../apps/workspace-service/src/workspace-service.js';
import type { Config } from './config.js';
import { eraseWorkspace } from './erase-workspace.js';
import { indexDocument, search } from './index-document.js';
import { createSearchIndex, MIGRATIONS } from './search-index.js';

/** A name of the suite's own: suites share one NATS server. */
const NAME = `search-index-${randomBytes(4).toString('hex')}`;
const HOUR_MS = 3_600_000;
let authority: TestDatabase;
let index: TestDatabase;
let service: WorkspaceServiceHandle;
let operator: ReturnType<typeof clientsOf>;
let running: { stop(): Promise<void> } | undefined;
beforeAll(async () => {
  const apps = new URL('../../../apps/', import.meta.url);
  authority = await createTestDatabase(fileURLToPath(new URL('workspace-service/migrations', apps)));
  index = await createTestDatabase(MIGRATIONS);
  await addOrganization(authority.pool, 'org1', {});
  await addUser(authority.pool, 'org1', 'ann');
  const hash = (name: string) => `${name}=${createHash('sha256').update(name).digest('hex')}`;
  const config = configOf({
    databaseUrl: authority.url,
    natsUrl: serverVariable('NATS_URL'),
    natsToken: process.env['NATS_TOKEN'],
    certificateKey: (await certificateKey()).json,
  });
  service = serviceOf({
    ...config,
    callers: parseCallers([...CALLERS, NAME].map(hash).join(',')),
    participants: new Map([...PARTICIPANTS, [NAME, false]]),
  });
  await service.start();
  operator = clientsOf(service.grpcAddress, 'operator');
});
afterEach(() => running?.stop());
afterAll(async () => {
  operator.close();
  await service.stop();
  await index.drop();
  await authority.drop();
});

const messaging = () => ({
  natsUrl: serverVariable('NATS_URL'),
  natsToken: process.env['NATS_TOKEN'],
  streamReplicas: 1,
});
const create = (over: Partial<Config> = {}) =>
  createSearchIndex(
    {
      authorityAddress: service.grpcAddress,
      authorityToken: NAME,
      participant: NAME,
      databaseUrl: index.url,
      messaging: undefined,
      adminListen: '127.0.0.1:0',
      reconcileMs: 100,
      batch: 10,
      logLevel: 'silent',
      ...over,
    },
    { logger: createLogger('test', 'silent') },
  );
async function start(over: Partial<Config> = {}): Promise<void> {
  const started = create(over);
  running = started;
  await started.start();
}

/** A workspace with documents, deleted and due. */
async function doomed(documents: number): Promise<string> {
  const workspaceId = await addWorkspace(authority.pool, 'org1', { ann: 'ADMIN' });
  for (let n = 0; n < documents; n++)
    await indexDocument(index.pool, { organizationId: 'org1', workspaceId }, randomUUID(), 'an apple');
  await softDelete(authority.pool, workspaceId);
  return workspaceId;
}
const deletionOf = async (workspaceId: string) =>
  (await operator.workspaces.unary((c) => c.getDeletion, { caller: undefined, workspaceId })).deletion!;
const reportOf = async (workspaceId: string) =>
  (await deletionOf(workspaceId)).participants.find(({ participant }) => participant === NAME);
const reported = (workspaceId: string) =>
  eventually('it has reported', async () => {
    const { evidence: sent } = (await reportOf(workspaceId)) ?? {};
    return sent?.removed;
  });
const granted = (workspaceId: string) =>
  eventually('it is granted', async () => {
    const { state } = await deletionOf(workspaceId);
    return state === DeletionState.PURGING;
  });

describe('a search index that takes part', () => {
  it('erases what is granted and reports it; only then there is a certificate, which says so', async () => {
    const [workspaceId, living] = [await doomed(35), randomUUID()];
    await indexDocument(index.pool, { organizationId: 'org1', workspaceId: living }, randomUUID(), 'apple');
    await granted(workspaceId);
    expect(await report(authority.pool, 'realm-purge', workspaceId, evidence({ stores: [] }))).toEqual({});
    expect(await report(authority.pool, 'blob-sweeper', workspaceId)).toEqual({});
    const { state, conditions } = await deletionOf(workspaceId);
    expect(state).toBe(DeletionState.PURGING);
    expect(conditions).toMatchObject([{ type: 'ReportPending', message: `${NAME} has not reported yet` }]);

    await start();
    await eventually('it is certified', async () => {
      const deletion = await deletionOf(workspaceId);
      return deletion.state === DeletionState.PURGED;
    });
    const { jws } = await operator.workspaces.unary((c) => c.getDeletionCertificate, {
      caller: undefined,
      workspaceId,
    });
    const { jwksJson } = await operator.workspaces.unary((c) => c.listCertificateKeys, {});
    const verified = await verifyCertificate(jws, JSON.parse(jwksJson) as JSONWebKeySet);
    expect(verified).toMatchObject({
      kind: 'verified',
      claims: {
        participants: expect.arrayContaining([
          expect.objectContaining({ participant: NAME, removed: { documents: 35 }, blocks: null }),
        ]),
      },
    });
    expect(await search(index.pool, { organizationId: 'org1', workspaceId: living }, 'apple')).toHaveLength(
      1,
    );
  });

  it('is woken by the event, long before it would look', async () => {
    await start({ messaging: messaging(), reconcileMs: HOUR_MS });
    for (const documents of [12, 0, 3]) {
      const workspaceId = await doomed(documents);
      expect(await reported(workspaceId)).toEqual({ documents });
    }
  });

  it('finds what is granted without NATS, and while NATS is away', async () => {
    const first = await doomed(1);
    await start();
    expect(await reported(first)).toEqual({ documents: 1 });
    await running?.stop();
    await start({ messaging: { ...messaging(), natsUrl: 'nats://127.0.0.1:1' } });
    expect(await reported(await doomed(2))).toEqual({ documents: 2 });
  });

  it('reports the same counts when a process before it erased, in part or all, and died', async () => {
    const [half, all] = [await doomed(25), await doomed(25)];
    await Promise.all([half, all].map(granted));
    const erase = (workspaceId: string, batch: number) =>
      eraseWorkspace(index.pool, batch)(
        Grant.fromPartial({ organizationId: 'org1', workspaceId, epoch: 1 }),
        AbortSignal.timeout(30_000),
      );
    expect(await erase(half, 10)).toEqual({ kind: 'more' });
    expect(await erase(all, 100)).toMatchObject({ kind: 'done' });
    await start();
    expect(await reported(half)).toEqual({ documents: 25 });
    expect(await reported(all)).toEqual({ documents: 25 });
  });

  it('shows what blocks it with the deletion, and nothing of it once that is over', async () => {
    const workspaceId = await addWorkspace(authority.pool, 'org1', { ann: 'ADMIN' });
    await indexDocument(index.pool, { organizationId: 'org10', workspaceId }, randomUUID(), 'apple');
    await softDelete(authority.pool, workspaceId);
    await granted(workspaceId);
    await start();
    const blocked = () =>
      deletionOf(workspaceId).then(({ conditions }) => conditions.find(({ type }) => type === 'Blocked'));
    await eventually('it says what blocks it', async () => (await blocked())?.source === NAME);
    await index.pool.query('delete from document where workspace_id = $1', [workspaceId]);
    await index.pool.query(`update indexed_workspace set organization_id = 'org1' where workspace_id = $1`, [
      workspaceId,
    ]);
    expect(await reported(workspaceId)).toEqual({ documents: 0 });
    expect(await blocked()).toBeUndefined();
  });

  it.each([
    ['with NATS', () => ({ messaging: messaging() })],
    ['without NATS', () => ({})],
    ['while everything but its database is away', () => ({ authorityAddress: '127.0.0.1:1' })],
  ])('keeps the contract of start and stop %s', async (_, over) => {
    await stressStartStop(() => create(over()));
  });
});
