import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import {
  addBlocks,
  addRealm,
  addVlob,
  blocksOf,
  eventsOf,
  everythingOf,
  pagesOf,
  removeBlocks,
} from '../testing/world.sql.js';
import { closeRealm } from './close-realm.js';
import { letheStore } from '../store/lethe/lethe-store.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

/** A purge whose pages are all settled, and which is not closed yet. */
async function swept(blocks: number): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'releasing');
  while ((await blocksOf(db.pool, realmId)).length > 0) {
    await purger.step(realmId);
    await purger.sweep();
  }
  return realmId;
}
const low = () => `00000000${randomUUID().slice(8)}`;
const high = () => `ffffffff${randomUUID().slice(8)}`;

describe('close-realm', () => {
  it('leaves a tombstone, and says so once, with the totals', async () => {
    const realmId = await swept(25);
    const close = closeRealm(db.pool, letheStore);
    const purge = await purger.purge(realmId);
    const results = await Promise.all([close(purge), close(purge), close(purge)]);
    expect(results.filter(({ kind }) => kind === 'moved')).toHaveLength(1);
    expect(await close(purge)).toEqual({ kind: 'busy' });
    expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purged']);
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', purge: 'closed' });
  });

  it('finds blocks that came late anywhere, and releases them in new pages without a gap in their numbers', async () => {
    const realmId = await swept(25);
    await addBlocks(db.pool, realmId, [low(), high()]);
    const purge = await purger.drive(realmId, 'reported');
    expect(purge).toMatchObject({ attention: null, state: 'closed', blocks_total: 27 });
    const pages = await pagesOf(db.pool, realmId);
    expect(pages.map((page) => page.page_no)).toEqual(pages.map((_, n) => n));
    expect(pages.reduce((sum, page) => sum + page.rows, 0)).toBe(27);
    expect(await eventsOf(db.pool, realmId)).toEqual(['realm.purged']);
  });

  it('finds a block that came between two pages behind the cursor', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 90 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await purger.step(realmId);
    await addBlocks(db.pool, realmId, [low(), low()]);
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ attention: null, blocks_total: 92 });
    expect(await blocksOf(db.pool, realmId)).toEqual([]);
  });

  it('makes a person look when metadata came behind the fence', async () => {
    const realmId = await swept(3);
    await addVlob(db.pool, realmId);
    expect((await purger.drive(realmId, 'reported')).attention).toMatch(/metadata appeared/);
    expect(await everythingOf(db.pool, realmId)).toMatchObject({
      realm: 'fenced',
      counts: { vlobs: 1, events: 0 },
    });
  });

  it('makes a person look when rows went without a receipt, and tells how many', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 15 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await removeBlocks(db.pool, realmId, (await blocksOf(db.pool, realmId)).slice(0, 4));
    expect((await purger.drive(realmId, 'reported')).attention).toBe(
      '15 blocks were counted, but only 11 went by a receipt',
    );
    expect(await eventsOf(db.pool, realmId)).toEqual([]);
  });

  it('never closes a purge whose realm does not become a tombstone with it', async () => {
    const realmId = await swept(1);
    await db.pool.query(`delete from realm where realm_id = $1`, [realmId]);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ purge: 'releasing', counts: { events: 0 } });
  });
});
