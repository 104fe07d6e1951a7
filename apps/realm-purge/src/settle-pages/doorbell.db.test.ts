import { fileURLToPath } from 'node:url';
import { createPool, transaction } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockPurge } from '../purge/purge.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, receiptOf } from '../testing/stories.js';
import { addRealm, untilDue } from '../testing/world.sql.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { createDoorbell } from './doorbell.js';
import { settle } from './settle-pages.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const WINDOW = 8;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
});
afterAll(async () => {
  await queue.stop();
  await script.stop();
  await db.drop();
});

async function releasing() {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 200 });
  script.allow('org1', realmId);
  const own = createPurger({ pool: db.pool, script, publish: queue.publish, windowPages: WINDOW });
  await own.order(realmId);
  await own.drive(realmId, 'releasing');
  await own.step(realmId);
  own.close();
  expect(own.given).toHaveLength(WINDOW);
  return { realmId, given: own.given };
}
const logger = createLogger('test', 'silent');

it('rings once a quarter of the window is free', async () => {
  const { realmId, given } = await releasing();
  const rings: number[] = [];
  let rung = 0;
  const doorbell = createDoorbell({ pool: db.pool, logger, mostInFlight: 6, rang: () => (rung += 1) });
  for (const page of given.slice(0, 3)) {
    await settle(db.pool, letheStore, receiptOf(page), doorbell.ring);
    await doorbell.silence();
    rings.push(rung);
  }
  expect(rings).toEqual([0, 1, 2]);
  expect(await untilDue(db.pool, realmId)).toBeLessThanOrEqual(0);
});

it('keeps no receipt waiting for a step under way, and is heard after it', async () => {
  const { realmId, given } = await releasing();
  let rung = 0;
  const doorbell = createDoorbell({ pool: db.pool, logger, mostInFlight: WINDOW, rang: () => (rung += 1) });
  await transaction(db.pool, async (tx) => {
    await lockPurge(tx, realmId, 'releasing');
    for (const page of given) await settle(db.pool, letheStore, receiptOf(page), doorbell.ring);
    expect(rung).toBe(0);
  });
  await doorbell.silence();
  // The first waited for the step, and one more for all that came meanwhile.
  expect(rung).toBe(2);
});

it('survives a database that is away', async () => {
  const away = createPool({ url: 'postgres://127.0.0.1:1/none', applicationName: 'test', max: 1, logger });
  const doorbell = createDoorbell({
    pool: away,
    logger,
    mostInFlight: 1,
    rang: () => expect.fail('nothing rang'),
  });
  doorbell.ring(crypto.randomUUID());
  await doorbell.silence();
  await away.end();
});

it('gives nothing out while less than a quarter is free, and goes on when it is', async () => {
  const own = createPurger({ pool: db.pool, script, publish: queue.publish, windowPages: WINDOW });
  const realmId = await addRealm(db.pool, 'org1', { blocks: 200 });
  script.allow('org1', realmId);
  await own.order(realmId);
  await own.drive(realmId, 'releasing');
  await own.step(realmId);
  const [first, second] = own.given;
  await own.settle(receiptOf(first!));
  expect(await own.step(realmId)).toMatchObject({ kind: 'waiting' });
  expect(own.given).toHaveLength(WINDOW);
  await own.settle(receiptOf(second!));
  expect(await own.step(realmId)).toEqual({ kind: 'moved' });
  expect(own.given).toHaveLength(WINDOW + 2);
  own.close();
});
