import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { verifyCertificate } from '@lethe/certificate';
import { DeletionState } from '@lethe/contracts';
import { transaction } from '@lethe/postgres';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import type { JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../embedded/loopback.js';
import { indexDocument, search } from '../examples/search-index/index-document.js';
import { MIGRATIONS } from '../examples/search-index/search-index.js';
import type { Expectation } from '../system/oracle.js';
import { expectOk } from '../system/rest.js';
import { serviceProcess, type ServiceProcess } from '../system/service-process.js';
import { createWorkspace, type SampleWorkspace } from '../system/world.js';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const NAME = 'search-index';
const MAIN = join(import.meta.dirname, '../examples/search-index/main.ts');
const DOCUMENTS = 60;
const WORD = 'apple';

describe('a third service that keeps data of workspaces', () => {
  let trial: Trial;
  let world: ControlledWorld;
  let index: TestDatabase;
  let service: ServiceProcess;
  const purged: Expectation[] = [];
  beforeAll(async () => {
    trial = await startTrial({ participants: [NAME] });
    index = await createTestDatabase(MIGRATIONS);
    service = serviceProcess({
      name: NAME,
      main: MAIN,
      env: {
        ...trial.system.participantEnv(NAME),
        // Tools are not built: it runs from its source.
        NODE_OPTIONS: '--import=tsx --conditions=@lethe/source',
        DATABASE_URL: index.url,
        ADMIN_LISTEN: `127.0.0.1:${await freePort()}`,
        RECONCILE_MS: '300',
        ERASE_BATCH: '10',
      },
      log: join(trial.logs, `${NAME}.log`),
    });
    world = await seedControlledWorld(trial, 100);
    for (const workspace of world.expectations) await fill(workspace);
  });
  afterAll(async () => {
    await service.stop();
    await trial.stop();
    await index.drop();
  });

  const fill = async (workspace: SampleWorkspace) => {
    for (let n = 0; n < DOCUMENTS; n++) expect(await put(workspace)).toBe('indexed');
  };
  const put = async (workspace: SampleWorkspace) =>
    (await indexDocument(index.pool, workspace, randomUUID(), `an ${WORD} a day`)).kind;
  const documents = async ({ workspaceId }: SampleWorkspace) =>
    (await index.pool.query(`select from document where workspace_id = $1`, [workspaceId])).rowCount;
  const doom = async (name: string) => {
    const workspace = await createWorkspace(trial, world.admin, name, { blocks: 50 });
    await fill(workspace);
    purged.push({ ...workspace, fate: 'purged' });
    return workspace;
  };
  const remove = ({ workspaceId }: SampleWorkspace) =>
    expectOk(world.admin('DELETE', `/workspace/${workspaceId}`));
  /** Until all but the third have reported. */
  const onlyItIsAwaited = ({ workspaceId }: SampleWorkspace) =>
    eventually('the others have reported', async () => {
      const { participants } = await trial.deletionOf(workspaceId);
      const waiting = participants.filter(({ reportTime }) => reportTime === undefined);
      return waiting.length === 1 && waiting[0]?.participant === NAME;
    });

  /** The certificate says what the index removed, and was written after it had said so. */
  async function expectCertified({ workspaceId }: SampleWorkspace, removed: number): Promise<void> {
    const { jws } = await trial.system.workspace.unary((client) => client.getDeletionCertificate, {
      caller: undefined,
      workspaceId,
    });
    const { jwksJson } = await trial.system.workspace.unary((client) => client.listCertificateKeys, {});
    const verified = await verifyCertificate(jws, JSON.parse(jwksJson) as JSONWebKeySet);
    if (verified.kind !== 'verified') throw new Error(verified.kind);
    const { issueTime, participants } = verified.claims;
    const claims = participants.find(({ participant }) => participant === NAME);
    expect(claims).toMatchObject({ removed: { documents: removed }, blocks: null });
    expect(Date.parse(issueTime)).toBeGreaterThanOrEqual(Date.parse(claims!.reportTime));
  }

  it('holds the certificate up until it has reported, by name; then the certificate has its counts', async () => {
    const { doomed } = world;
    await remove(doomed);
    await onlyItIsAwaited(doomed);
    // The certifier looks again as it starts; still there is nothing to certify.
    const { 'workspace-service': authority } = trial.system.services;
    await authority.kill();
    await authority.start();
    const { state, conditions, certificateId } = await trial.deletionOf(doomed.workspaceId);
    expect([state, certificateId]).toEqual([DeletionState.PURGING, '']);
    expect(conditions).toMatchObject([{ type: 'ReportPending', message: `${NAME} has not reported yet` }]);
    expect(await documents(doomed)).toBe(DOCUMENTS);

    await service.start();
    await trial.purged(doomed.workspaceId);
    await expectCertified(doomed, DOCUMENTS);
    expect(await documents(doomed)).toBe(0);
    expect(await put(doomed)).toBe('refused');
    expect(await trial.oracle(world.expectations)).toEqual(FOUR_ZEROS);
  });

  it('goes on where it was killed, and counts what went before', async () => {
    const workspace = await doom('erased in two lives');
    const { rows } = await index.pool.query<{ document_id: string }>(
      `select document_id from document where workspace_id = $1 order by document_id offset 25 limit 1`,
      [workspace.workspaceId],
    );
    await transaction(index.pool, async (tx) => {
      // Somebody else has a document in hand that the third piece needs: there it stops, whoever is faster.
      await tx.query(`select from document where document_id = $1 for update`, [rows[0]!.document_id]);
      await remove(workspace);
      await eventually('it is in the middle', async () => (await documents(workspace)) === DOCUMENTS - 20);
      await service.kill();
    });
    await onlyItIsAwaited(workspace);
    expect(await documents(workspace)).toBe(DOCUMENTS - 20);
    expect(await search(index.pool, workspace, WORD)).toEqual([]);

    await service.start();
    await trial.purged(workspace.workspaceId);
    await expectCertified(workspace, DOCUMENTS);
  });

  it('needs no event: what was granted while the store of NATS was lost is erased all the same', async () => {
    const workspace = await doom('unheard of');
    await trial.nats.kill();
    await remove(workspace);
    await trial.nats.wipe();
    await trial.nats.start();
    await trial.purged(workspace.workspaceId);
    await expectCertified(workspace, DOCUMENTS);
  });

  it('and nobody else has lost a document', async () => {
    for (const workspace of world.expectations)
      if (workspace.fate === 'lives') expect(await documents(workspace)).toBe(DOCUMENTS);
    expect(await trial.oracle([...world.expectations, ...purged])).toEqual(FOUR_ZEROS);
  });
});
