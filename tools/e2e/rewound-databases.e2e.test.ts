import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeletionKind, DeletionState } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import { eventually } from '@lethe/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { expectOk, type Rest } from '../system/rest.js';
import type { ServiceName } from '../system/system.js';
import { createWorkspace, seedOrganization, type SampleWorkspace } from '../system/world.js';
import { copyBucket, putBucketBack } from './bucket-copy.js';
import { FOUR_ZEROS, startTrial, type DatabaseName, type Trial } from './trial.js';

const BLOCKS = 400;
const PAGES = 8;
const POLICY = {
  graceSeconds: 0,
  orphanDelaySeconds: 0,
  sequestered: false,
  purgeMode: 'automatic',
} as const;

let trial: Trial;
let ada: Rest;
let control: SampleWorkspace;
const purged: SampleWorkspace[] = [];
async function begin(rereleaseMs: number): Promise<void> {
  const settings = { PAGE_BLOCKS: String(BLOCKS / PAGES), RERELEASE_MS: String(rereleaseMs) };
  trial = await startTrial({ settings });
  purged.length = 0;
  await seedOrganization(trial.pools.workspace, 'org1', POLICY, [{ userId: 'ada', orgRole: 255 }]);
  ada = await trial.rest('ada');
  control = await createWorkspace(trial, ada, 'control', { blocks: 40 });
}
/** Whatever became of a database: nothing else went, and what is certified is so. */
afterEach(async () => {
  const expectations: Expectation[] = [
    { ...control, fate: 'lives' },
    ...purged.map((workspace) => ({ ...workspace, fate: 'purged' as const })),
  ];
  expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
});

const DATABASES = {
  'workspace-service': 'workspace',
  'realm-purge': 'realm',
  'blob-sweeper': 'sweep',
} as const;
type Owner = keyof typeof DATABASES;
const stop = (...names: ServiceName[]) =>
  Promise.all(names.map((name) => trial.system.services[name].stop()));
const start = (...names: ServiceName[]) =>
  Promise.all(names.map((name) => trial.system.services[name].start()));
/** Of a service that is stopped, and stays so. */
const backUp = (owner: Owner) => trial.backUp(DATABASES[owner]);
const putBack = (owner: Owner, copy: string) => trial.putBack(DATABASES[owner], copy);
async function whileStopped<T>(owner: Owner, work: () => Promise<T>): Promise<T> {
  await stop(owner);
  const result = await work();
  await start(owner);
  return result;
}

const workspaceOf = (name: string) => createWorkspace(trial, ada, name, { blocks: BLOCKS });
const remove = ({ workspaceId }: SampleWorkspace) => expectOk(ada('DELETE', `/workspace/${workspaceId}`));
async function one<T>(database: DatabaseName, sql: string, id: string): Promise<T | undefined> {
  const { rows } = await trial.pools[database].query<{ value: T }>(sql, [id]);
  return rows[0]?.value;
}
const purgeState = (id: string) =>
  one<string>('realm', 'select state as value from purge where realm_id = $1', id);
const attentionOf = (id: string) =>
  one<string | null>('realm', 'select attention as value from purge where realm_id = $1', id);
const rowsLeft = (id: string) =>
  one<number>('realm', 'select count(*)::int as value from block where realm_id = $1', id);
const inFlight = (id: string) =>
  one<number>('realm', 'select count(*)::int as value from page where realm_id = $1 and in_flight', id);
/** Every page is swept, and its receipt given to NATS. */
const allReceipted = (id: string) =>
  eventually(
    'all receipts are given',
    async () =>
      (await one<number>(
        'sweep',
        `select count(*)::int as value from outbox where published and headers ->> 'ce-subject' = $1`,
        id,
      )) === PAGES,
    60_000,
  );
/** That a service said it, of this realm. */
const said = (name: ServiceName, text: string, realmId: string) =>
  eventually(`${name} says: ${text}`, async () => {
    const lines = (await readFile(join(trial.logs, `${name}.log`), 'utf8')).split('\n');
    return lines.some((line) => line.includes(text) && line.includes(realmId));
  });
/** Purging, with every page given to a sweeper that is stopped. */
async function released(workspace: SampleWorkspace): Promise<void> {
  await remove(workspace);
  await eventually(
    'all pages are given',
    async () => (await inFlight(workspace.workspaceId)) === PAGES,
    60_000,
  );
}
async function certified(workspace: SampleWorkspace): Promise<void> {
  await trial.purged(workspace.workspaceId);
  purged.push(workspace);
}

describe('the authority, set back', () => {
  beforeAll(() => begin(2_000));
  afterAll(() => trial.stop());

  it('to before the deletion: what was destroyed stays so, and is said', async () => {
    const workspace = await workspaceOf('forgotten');
    const id = workspace.workspaceId;
    const copy = await whileStopped('workspace-service', () => backUp('workspace-service'));
    await remove(workspace);
    await trial.purged(id);
    await whileStopped('workspace-service', () => putBack('workspace-service', copy));
    expect((await ada('GET', `/workspace/${id}`)).status).toBe(200);
    await said('realm-purge', 'no grant of a purge that is over', id);
    const realm = { organizationId: workspace.organizationId, realmId: id };
    const vlob = { ...realm, vlobId: randomUUID(), version: 1, blob: Buffer.from('x') };
    const refused = await trial.system.realms.unary((client) => client.putVlob, vlob).catch(refusalOf);
    expect(refused).toMatchObject({ reason: 'REALM_DELETED' });
    expect(await attentionOf(id)).toBeNull();
  });

  it('to before the grant: granted again, it gets its certificate by what was reported', async () => {
    const workspace = await workspaceOf('granted twice');
    const id = workspace.workspaceId;
    const policy = (mode: string) =>
      trial.pools.workspace.query('update deletion_policy set purge_mode = $1', [mode]);
    const order = () =>
      trial.system.authority.unary((client) => client.startPurge, {
        ...{
          organizationId: 'org1',
          workspaceId: id,
          kind: DeletionKind.DELETION_PLANNED,
          orderedBy: 'op-1',
        },
        ...{ validateOnly: false, keepBlocks: false },
      });
    await policy('manual');
    await remove(workspace);
    await policy('automatic');
    const copy = await whileStopped('workspace-service', () => backUp('workspace-service'));
    await order();
    await trial.purged(id);
    await whileStopped('workspace-service', () => putBack('workspace-service', copy));
    expect((await trial.deletionOf(id)).state).toBe(DeletionState.SCHEDULED);
    await said('realm-purge', 'no grant of a purge that is over', id);
    await order();
    await certified(workspace);
  });

  it('to before the grant of a purge under way: it halts, and nothing more is destroyed', async () => {
    const workspace = await workspaceOf('halted');
    const id = workspace.workspaceId;
    const copy = await whileStopped('workspace-service', () => backUp('workspace-service'));
    await stop('blob-sweeper');
    await released(workspace);
    await whileStopped('workspace-service', () => putBack('workspace-service', copy));
    await eventually('it halts', async () => (await attentionOf(id))?.includes('rewound'));
    await start('blob-sweeper');
    await said('realm-purge', 'purge needs attention', id);
    expect(await rowsLeft(id)).toBe(BLOCKS);
    expect((await ada('GET', `/workspace/${id}`)).status).toBe(200);
  });
});

describe('the realm database, set back', () => {
  beforeAll(() => begin(2_000));
  afterAll(() => trial.stop());

  it('to before a purge that is under way: it is found by its grant, and made anew', async () => {
    const workspace = await workspaceOf('anew');
    const copy = await whileStopped('realm-purge', () => backUp('realm-purge'));
    await stop('blob-sweeper');
    await released(workspace);
    await stop('realm-purge');
    await putBack('realm-purge', copy);
    expect(await purgeState(workspace.workspaceId)).toBeUndefined();
    await start('realm-purge', 'blob-sweeper');
    await certified(workspace);
  });

  it('to the middle of one that is under way, with the bucket: what the ledger has as gone is swept again', async () => {
    const workspace = await workspaceOf('middle');
    const id = workspace.workspaceId;
    const bucket = await copyBucket(trial);
    await stop('blob-sweeper');
    await released(workspace);
    await stop('realm-purge');
    const middle = await backUp('realm-purge');
    await start('blob-sweeper');
    await allReceipted(id);
    await stop('blob-sweeper');
    await putBack('realm-purge', middle);
    expect(await putBucketBack(trial, bucket)).toBe(BLOCKS);
    await trial.nats.kill();
    await trial.nats.wipe();
    await trial.nats.start();
    await start('realm-purge', 'blob-sweeper');
    await certified(workspace);
  });

  it('to the middle of one that is over: it halts with its blocks, and a replay ends it', async () => {
    const workspace = await workspaceOf('over');
    const id = workspace.workspaceId;
    const bucket = await copyBucket(trial);
    await stop('blob-sweeper');
    await released(workspace);
    const middle = await whileStopped('realm-purge', () => backUp('realm-purge'));
    const since = new Date();
    await start('blob-sweeper');
    await trial.purged(id);
    await stop('realm-purge', 'blob-sweeper');
    await putBack('realm-purge', middle);
    await putBucketBack(trial, bucket);
    await start('realm-purge', 'blob-sweeper');
    await eventually('it halts', async () => (await attentionOf(id))?.includes('replayed'));
    expect(await rowsLeft(id)).toBe(BLOCKS);
    const { deletions } = await trial.system.authority.unary((client) => client.replayDeletions, {
      ...{ organizationId: '', since, orderedBy: 'op-1', replayId: randomUUID(), validateOnly: false },
      ...{ unproven: false, reason: '', pageSize: 0, pageToken: '' },
    });
    expect(deletions).toMatchObject([{ workspaceId: id }]);
    await certified(workspace);
  });
});

describe('the sweep database, set back', () => {
  // No page is given out again: it would be swept again.
  beforeAll(() => begin(600_000));
  afterAll(() => trial.stop());

  it('to before pages were swept: no certificate, until a newer state of it is back', async () => {
    const workspace = await workspaceOf('ledger');
    const id = workspace.workspaceId;
    const before = await whileStopped('blob-sweeper', () => backUp('blob-sweeper'));
    await stop('blob-sweeper');
    await released(workspace);
    await stop('realm-purge');
    await start('blob-sweeper');
    await allReceipted(id);
    await stop('blob-sweeper');
    const newer = await backUp('blob-sweeper');
    await putBack('blob-sweeper', before);
    await start('realm-purge', 'blob-sweeper');
    await said('blob-sweeper', 'the ledger does not show it', id);
    expect(await trial.deletionOf(id)).toMatchObject({ state: DeletionState.PURGING, certificateId: '' });
    expect(await purgeState(id)).toBe('closed');
    await whileStopped('blob-sweeper', () => putBack('blob-sweeper', newer));
    await certified(workspace);
  });
});
