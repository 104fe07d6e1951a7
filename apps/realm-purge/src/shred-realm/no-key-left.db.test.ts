import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMarked, analyzeAll, dumpOf, tablesWith } from '../testing/every-column.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addRealm, everythingOf } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
/** Nine accesses and three bundles: a step that takes all keys and no more. */
const KEYS = 12;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish, shredRows: KEYS });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});
const marker = (what: string) => Buffer.from(`${what}${randomBytes(8).toString('hex')}`);

describe('after the step that shreds the keys', () => {
  it('no table of the database holds anything of them, and no dump does', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 5 });
    const [bundle, access, blob] = [marker('bundle'), marker('access'), marker('blob')];
    await addMarked(db.pool, realmId, { bundle, access, blob });
    await analyzeAll(db.pool);
    const where = async () => ({
      bundle: await tablesWith(db.pool, bundle),
      access: await tablesWith(db.pool, access),
      blob: await tablesWith(db.pool, blob),
    });
    const isDumped = async () => {
      const dump = await dumpOf(db.pool);
      return [bundle, access, blob].map((bytes) => dump.includes(bytes.toString('hex')));
    };
    // What is looked for can be found: in its own table, and nowhere else.
    expect(await where()).toEqual({
      bundle: ['public.key_bundle'],
      access: ['public.key_bundle_access'],
      blob: ['public.vlob_atom'],
    });
    expect(await isDumped()).toEqual([true, true, true]);

    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.step(realmId);
    await purger.step(realmId);
    expect(await everythingOf(db.pool, realmId)).toMatchObject({
      realm: 'fenced',
      purge: 'fenced',
      counts: { accesses: 0, bundles: 0, vlobs: 5, blocks: 5 },
    });
    expect(await where()).toEqual({ bundle: [], access: [], blob: ['public.vlob_atom'] });
    expect(await isDumped()).toEqual([false, false, true]);
    await analyzeAll(db.pool);
    expect(await where()).toEqual({ bundle: [], access: [], blob: ['public.vlob_atom'] });
  });
});
