import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { STREAMS, encodeEvent } from '@lethe/contracts';
import { createMessaging, type Messaging } from '@lethe/messaging';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, eventually, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RealmPurgeHandle } from '../../apps/realm-purge/src/realm-purge.js';
import { findPurge } from '../../apps/realm-purge/src/purge/purge.sql.js';
import { configOf, serviceOf } from '../../apps/realm-purge/src/testing/running-service.js';
import {
  startScriptedAuthority,
  type ScriptedAuthority,
} from '../../apps/realm-purge/src/testing/scripted-authority.js';
import { addRealm, everythingOf } from '../../apps/realm-purge/src/testing/world.sql.js';
import { startOwnNats, type OwnNats } from './own-nats.js';

/** What a service makes of hints alone: nothing reconciles while these tests run. */
const NEVER_MS = 3_600_000;
let db: TestDatabase;
let script: ScriptedAuthority;
let nats: OwnNats;
let messaging: Messaging;
let service: RealmPurgeHandle;
beforeAll(async () => {
  db = await createTestDatabase(fileURLToPath(new URL('../../apps/realm-purge/migrations', import.meta.url)));
  script = await startScriptedAuthority();
  nats = await startOwnNats();
  const servers = { databaseUrl: db.url, natsUrl: nats.url, natsToken: undefined };
  service = serviceOf({
    ...configOf({ ...servers, authorityAddress: script.address }),
    reconcileMs: NEVER_MS,
  });
  await service.start();
  messaging = createMessaging({
    servers: nats.url,
    token: undefined,
    clientName: 'test',
    streams: STREAMS,
    replicas: 1,
    logger: createLogger('test', 'silent'),
  });
  await messaging.start();
  await messaging.session(AbortSignal.timeout(20_000));
});
afterAll(async () => {
  await service.stop();
  await messaging.stop();
  await nats.stop();
  await script.stop();
  await db.drop();
});

async function tell(workspaceId: string, epoch: number): Promise<string> {
  const eventId = randomUUID();
  const context = { eventId, organizationId: 'org1', workspaceId, epoch, time: new Date() };
  await messaging.publish(encodeEvent('workspace.purge_started', 'test', { context, deletionId: '' }));
  return eventId;
}
const isHeard = (eventId: string) =>
  eventually('the event took effect', async () => {
    const { rowCount } = await db.pool.query(`select from inbox where event_id = $1`, [eventId]);
    return rowCount === 1;
  });
const purgeOf = (realmId: string) => findPurge(db.pool, realmId);
const isReported = (realmId: string) =>
  eventually('the purge is reported', async () => (await purgeOf(realmId))?.report_time instanceof Date);

describe('a hint that is true', () => {
  it('is heard behind a forged one of the same realm', async () => {
    const realmId = await addRealm(db.pool, 'org1', { keys: 1 });
    const next = await addRealm(db.pool, 'org1');
    script.allow('org1', realmId, 3);
    script.away = true; // so that the forged one is still there when the true one comes
    await tell(realmId, 7);
    await eventually('the forged one is an order', async () => (await purgeOf(realmId))?.epoch === 7);
    await tell(realmId, 3);
    await tell(next, 1);
    await eventually('what came behind it is heard', async () => (await purgeOf(next)) !== undefined);
    script.away = false;
    await isReported(realmId);
    expect(await purgeOf(realmId)).toMatchObject({ epoch: 3, organization_id: 'org1', attention: null });
  });

  it('changes nothing when it comes late, again, or of another epoch', async () => {
    const realmId = await addRealm(db.pool, 'org1', { keys: 1, vlobs: 2 });
    script.allow('org1', realmId, 3);
    await tell(realmId, 3);
    await isReported(realmId);
    const [before, purge] = [await everythingOf(db.pool, realmId), await purgeOf(realmId)];
    for (const epoch of [3, 3, 2, 4]) await isHeard(await tell(realmId, epoch));
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
    expect(await purgeOf(realmId)).toMatchObject({
      ...purge,
      fenced_seconds: expect.any(Number) as number,
      read_time: expect.any(Date) as Date,
      // The step that reported it writes its own end after that.
      next_step_time: expect.any(Date) as Date,
      scheduled: expect.any(String) as string,
    });
    expect(script.reports.filter(({ workspaceId }) => workspaceId === realmId)).toHaveLength(1);
  });
});
