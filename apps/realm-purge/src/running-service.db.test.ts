import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { PageOutcome, STREAMS, PurgeState, RealmState, encodeEvent } from '@lethe/contracts';
import { createMessaging, type Messaging } from '@lethe/messaging';
import { createLogger } from '@lethe/telemetry';
import {
  createProxy,
  createTestDatabase,
  eventually,
  serverVariable,
  stressStartStop,
  type Proxy,
  type TestDatabase,
} from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealmPurgeHandle } from './realm-purge.js';
import { clientsOf, configOf, serviceOf } from './testing/running-service.js';
import { startScriptedAuthority, type ScriptedAuthority } from './testing/scripted-authority.js';
import { deadLettersOf, inFlightOf } from './testing/pages.sql.js';
import { addRandomBlocks, addRealm, blocksOf, everythingOf } from './testing/world.sql.js';
import { rawClient, type RawClient } from './testing/raw-calls.js';

const migrations = fileURLToPath(new URL('../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let proxy: Proxy;
let messaging: Messaging;
let service: RealmPurgeHandle;
let operator: ReturnType<typeof clientsOf>;
let raw: RawClient;
const nats = () => new URL(serverVariable('NATS_URL')).host;
const settings = (natsUrl: string) =>
  configOf({
    databaseUrl: db.url,
    natsUrl,
    natsToken: process.env['NATS_TOKEN'],
    authorityAddress: script.address,
  });
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  proxy = await createProxy(nats());
  messaging = createMessaging({
    servers: nats(),
    token: process.env['NATS_TOKEN'],
    clientName: 'test',
    streams: STREAMS,
    replicas: 1,
    logger: createLogger('test', 'silent'),
  });
  await messaging.start();
  await messaging.session(AbortSignal.timeout(20_000));
  service = serviceOf(settings(proxy.address));
  await service.start();
  operator = clientsOf(service.grpcAddress, 'operator');
  raw = rawClient(service.grpcAddress);
});
afterAll(async () => {
  operator.close();
  raw.close();
  await service.stop();
  await messaging.stop();
  await proxy.close();
  await script.stop();
  await db.drop();
});

const contextOf = (workspaceId: string, organizationId = 'org1') => ({
  eventId: randomUUID(),
  organizationId,
  workspaceId,
  epoch: 1,
  time: new Date(),
});
const tell = (realmId: string, organizationId?: string) =>
  messaging.publish(
    encodeEvent('workspace.purge_started', 'test', {
      context: contextOf(realmId, organizationId),
      deletionId: '',
    }),
  );
const purgeOf = async (realmId: string) =>
  (await operator.purges.unary((client) => client.getPurge, { realmId })).purge;

/** Sweeps what is on its way, by its row. */
async function sweep(realmId: string): Promise<void> {
  for (const page of await inFlightOf(db.pool, realmId))
    await messaging.publish(
      encodeEvent('realm.blocks_swept', 'test', {
        context: contextOf(realmId),
        page: page.page_no,
        cut: page.cut,
        rowDigest: page.row_digest,
        outcome: PageOutcome.VERIFIED,
        blocksSwept: page.swept,
        blocksLeft: 0,
        reason: '',
        until: undefined,
      }),
    );
}
const closes = (realmId: string) =>
  eventually('the realm is a tombstone and its report is in', async () => {
    await sweep(realmId);
    return script.reports.some(({ workspaceId }) => workspaceId === realmId);
  });

describe('realm-purge', () => {
  it('purges what it is told of, with the network to NATS cut in the middle', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 95, keys: 2, vlobs: 3 });
    script.allow('org1', realmId);
    await tell(realmId);
    await eventually('pages are on their way', async () => (await inFlightOf(db.pool, realmId)).length === 4);
    expect(await purgeOf(realmId)).toMatchObject({
      state: PurgeState.RELEASING,
      blocksTotal: 95,
      blocksLeft: 95,
    });
    await proxy.cut();
    await sweep(realmId);
    await proxy.mend();
    await closes(realmId);
    expect(await purgeOf(realmId)).toMatchObject({ state: PurgeState.CLOSED, blocksLeft: 0, attention: '' });
    const { realms } = await operator.purges.unary((client) => client.describeRealms, {
      realmIds: [realmId],
    });
    expect(realms).toMatchObject([{ state: RealmState.PURGED, blocks: 0, vlobAtoms: 0, keyBundles: 0 }]);
  });

  it('purges what is granted when it was never told', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 12 });
    script.allow('org1', realmId);
    await closes(realmId);
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', counts: { blocks: 0 } });
  });

  it('does nothing on forged events, and keeps those that cannot be read', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 3 });
    const before = await everythingOf(db.pool, realmId);
    const asked = script.asked;
    for (let n = 0; n < 3; n++) await tell(realmId);
    await tell('no-uuid');
    await tell(randomUUID(), 'a/b');
    await eventually('it asked for a grant', () => Promise.resolve(script.asked > asked));
    await eventually('what cannot be read is kept', async () => (await deadLettersOf(db.pool)).length === 2);
    await eventually(
      'the order is dropped',
      async () => (await everythingOf(db.pool, realmId)).purge === null,
    );
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
  });

  it.each([0, 1, 10_000, 10_001, 25_000])(
    'exports %i blocks in key order, 10 000 a message',
    async (blocks) => {
      const realmId = await addRealm(db.pool, 'org1');
      await addRandomBlocks(db.pool, realmId, blocks);
      const { code, messages } = await raw.call('exportRealmBlocks', 'operator', {
        organizationId: 'org1',
        realmId,
      });
      const exported = messages as { slugs: string[]; total: number }[];
      expect(code).toBe(0);
      expect(exported.flatMap(({ slugs }) => slugs)).toEqual(
        (await blocksOf(db.pool, realmId)).map((id) => `org1/${id}`),
      );
      expect(exported.every(({ slugs, total }) => slugs.length <= 10_000 && total === blocks)).toBe(true);
      expect(exported.length).toBeGreaterThan(0);
    },
  );

  it('keeps the contract of start and stop', async () => {
    await stressStartStop(() => serviceOf(settings(nats())));
  }, 120_000);
});
