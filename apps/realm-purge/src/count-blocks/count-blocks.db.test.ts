import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, addSizedBlock } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, countRows: 7 });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

async function shredded(realmId: string): Promise<void> {
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'shredded');
}

describe('count-blocks', () => {
  it.each([0, 1, 6, 7, 8, 14, 20])('counts %i blocks in ranges of seven', async (blocks) => {
    const realmId = await addRealm(db.pool, 'org1', { blocks });
    await shredded(realmId);
    const steps = [];
    while ((await purger.purge(realmId)).state === 'shredded') {
      await purger.step(realmId);
      steps.push((await purger.purge(realmId)).blocks_total);
    }
    const expected = Array.from({ length: Math.floor(blocks / 7) + 1 }, (_, n) =>
      Math.min(blocks, 7 * (n + 1)),
    );
    expect(steps).toEqual(expected);
    expect(await purger.purge(realmId)).toMatchObject({ blocks_total: blocks, bytes_total: 10 * blocks });
  });

  it('goes through ids in the order of the index, whatever the language of the database', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    const ids = ['aa', 'ab', '0a', 'a0', 'f9', '9f', 'aa', 'ac', 'ff'].map(
      (two, n) => `${two}${randomUUID().slice(2, -1)}${n}`,
    );
    await addBlocks(db.pool, realmId, ids);
    await shredded(realmId);
    await purger.drive(realmId, 'releasing');
    expect((await purger.purge(realmId)).blocks_total).toBe(ids.length);
  });

  it('is not stopped by sizes that add up to more than a number holds', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    for (let n = 0; n < 20; n++) await addSizedBlock(db.pool, realmId, Number.MAX_SAFE_INTEGER);
    await shredded(realmId);
    await purger.drive(realmId, 'reported');
    expect(await purger.purge(realmId)).toMatchObject({
      state: 'closed',
      blocks_total: 20,
      bytes_total: Number.MAX_SAFE_INTEGER,
    });
  });
});
