import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, receiptOf, type Given, type Purger } from '../testing/stories.js';
import { addRealm, blocksOf, everythingOf, ledgerOf } from '../testing/world.sql.js';
import type { PurgeState } from './purge.sql.js';

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

const says = (realmId: string, flags: { paused?: boolean; blocksKept?: boolean }) =>
  script.grants.set(realmId, { ...script.grants.get(realmId)!, ...flags });
const untilHere = async (state: PurgeState): Promise<string> => {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 25, keys: 2, vlobs: 3 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, state);
  return realmId;
};

describe('a purge that is paused', () => {
  it.each<PurgeState>(['ordered', 'fenced', 'releasing'])(
    'stands still when it is %s, and goes on by itself once it is resumed',
    async (state) => {
      const realmId = await untilHere(state);
      const before = await everythingOf(db.pool, realmId);
      says(realmId, { paused: true });
      for (let n = 0; n < 3; n++) {
        const result = await purger.step(realmId);
        expect(result).toEqual({ kind: 'waiting', ms: expect.any(Number) });
        expect(result.kind === 'waiting' && result.ms).toBeLessThanOrEqual(5_000);
      }
      expect(await everythingOf(db.pool, realmId)).toEqual(before);
      expect(await purger.purge(realmId)).toMatchObject({ held: 'paused', attention: null, failures: 0 });
      says(realmId, { paused: false });
      expect(await purger.drive(realmId, 'reported')).toMatchObject({ held: null, attention: null });
    },
  );

  it('releases nothing again, but lets rows go whose objects are gone already', async () => {
    const realmId = await untilHere('releasing');
    await purger.step(realmId);
    const pages = purger.given.filter((page) => page.context.workspaceId === realmId);
    says(realmId, { paused: true });
    await purger.step(realmId);
    expect(await purger.settle(receiptOf(pages[0] as Given))).toEqual({ kind: 'settled', rows: 10 });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 25, left: 15, settled: 10 });
    await purger.sweep();
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'fenced', purge: 'releasing' });
    says(realmId, { paused: false });
    await purger.drive(realmId, 'reported');
  });
});

describe('a purge whose blocks are kept', () => {
  it('is fenced, shredded and counted, and gives no block away until they are released', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 25, keys: 2, vlobs: 3 });
    const ids = await blocksOf(db.pool, realmId);
    script.allow('org1', realmId);
    says(realmId, { blocksKept: true });
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    for (let n = 0; n < 3; n++)
      expect(await purger.step(realmId)).toEqual({ kind: 'waiting', ms: expect.any(Number) });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({
      realm: 'fenced',
      counts: { blocks: 25, pages: 0, vlobs: 0, bundles: 0, accesses: 0 },
    });
    expect(await purger.purge(realmId)).toMatchObject({
      held: 'blocks_kept',
      blocks_total: 25,
      attention: null,
      failures: 0,
    });
    expect(await blocksOf(db.pool, realmId)).toEqual(ids);
    says(realmId, { blocksKept: false });
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ held: null, attention: null });
    expect(await ledgerOf(db.pool, realmId)).toEqual({ counted: 25, left: 0, settled: 25 });
  });

  it('does not close while they are, even if there are none', async () => {
    const realmId = await addRealm(db.pool, 'org1', { keys: 1 });
    script.allow('org1', realmId);
    says(realmId, { blocksKept: true });
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    expect(await purger.step(realmId)).toMatchObject({ kind: 'waiting' });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'fenced', purge: 'releasing' });
    says(realmId, { blocksKept: false });
    await purger.drive(realmId, 'reported');
  });
});
