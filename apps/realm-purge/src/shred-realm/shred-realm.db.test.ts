import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addRealm, everythingOf } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, shredRows: 4 });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

async function fenced(): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks: 5, keys: 3, vlobs: 9 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.step(realmId);
  return realmId;
}

describe('shred-realm', () => {
  it('removes what unlocks the data before any of it, in bounded batches, and no block', async () => {
    const realmId = await fenced();
    const other = await addRealm(db.pool, 'org1', { blocks: 5, keys: 3, vlobs: 9 });
    const untouched = await everythingOf(db.pool, other);
    const seen = [];
    while ((await purger.purge(realmId)).state === 'fenced') {
      await purger.step(realmId);
      const { accesses, bundles, vlobs } = (await everythingOf(db.pool, realmId)).counts;
      seen.push([accesses, bundles, vlobs]);
    }
    expect(seen).toEqual([
      [5, 3, 9],
      [1, 3, 9],
      [0, 0, 9],
      [0, 0, 5],
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(await purger.purge(realmId)).toMatchObject({
      state: 'shredded',
      removed: { key_bundle_accesses: 9, key_bundles: 3, vlob_atoms: 9 },
    });
    expect((await everythingOf(db.pool, realmId)).counts['blocks']).toBe(5);
    expect(await everythingOf(db.pool, other)).toEqual(untouched);
  });

  it('halts when the authority has been rewound, also after a restart', async () => {
    const realmId = await fenced();
    const before = await everythingOf(db.pool, realmId);
    script.grants.delete(realmId);
    const restarted = createPurger({ pool: db.pool, script, publish: queue.publish });
    expect(await restarted.step(realmId)).toMatchObject({ kind: 'attention' });
    restarted.close();
    expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
    expect((await purger.purge(realmId)).attention).toMatch(/rewound/);
  });

  it('halts when the grant has changed hands', async () => {
    const realmId = await fenced();
    const before = await everythingOf(db.pool, realmId);
    script.allow('org2', realmId);
    expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
  });

  it('waits while the authority is away', async () => {
    const realmId = await fenced();
    script.away = true;
    await expect(purger.step(realmId)).rejects.toThrow();
    script.away = false;
    expect((await everythingOf(db.pool, realmId)).counts['bundles']).toBe(3);
  });
});
