import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, receiptOf, type Purger } from '../testing/stories.js';
import { addRealm } from '../testing/world.sql.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { settle } from './settle-pages.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const WINDOW = 8;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, windowPages: WINDOW });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

it('rings once a quarter of the window is free, and the step then fills all of it', async () => {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 200 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  await purger.step(realmId);
  expect(purger.given).toHaveLength(WINDOW);

  const rings: boolean[] = [];
  for (const page of purger.given.slice(0, 3)) {
    let rang = false;
    const doorbell = { mostInFlight: 6, rang: () => (rang = true) };
    await settle(db.pool, letheStore, receiptOf(page), doorbell);
    rings.push(rang);
  }
  expect(rings).toEqual([false, true, true]);
  await purger.step(realmId);
  expect(purger.given).toHaveLength(WINDOW + 3);
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
