import { fileURLToPath } from 'node:url';
import type { Queryable } from '@lethe/postgres';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { letheStore } from '../store/lethe/lethe-store.js';
import type { KeyPart, RealmStore } from '../store/realm-store.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, addVlob, blocksOf } from '../testing/world.sql.js';
import { closeRealm } from './close-realm.js';

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

/** The store, and which looks at what is left it was asked for. */
function watched(before: () => Promise<unknown> = async () => undefined) {
  const looks: (KeyPart | undefined)[] = [];
  const store: RealmStore = {
    ...letheStore,
    async remainder(on: Queryable, realmId: string, part?: KeyPart) {
      looks.push(part);
      if (looks.length === 3) await before();
      return letheStore.remainder(on, realmId, part);
    },
  };
  return { store, looks };
}
const PART_ROWS = 10;

/** One step of closing after the other, as long as the purge is where it was. */
async function closeBySteps(realmId: string, store: RealmStore) {
  const close = closeRealm(db.pool, store, PART_ROWS);
  for (let n = 0; n < 50; n++) {
    const purge = await purger.purge(realmId);
    if (purge.state !== 'releasing' || purge.release_cursor === null) return purge;
    const result = await close(purge);
    if (result.kind !== 'moved') return result;
  }
  throw new Error('it is not closed');
}

describe('a realm that is too large for one look', () => {
  it('is looked at in parts, then as a whole, and closed', async () => {
    const realmId = await swept(25);
    const { store, looks } = watched();
    expect(await closeBySteps(realmId, store)).toMatchObject({ state: 'closed' });
    expect(looks).toEqual([{ no: 0, of: 3 }, { no: 1, of: 3 }, { no: 2, of: 3 }, undefined]);
  });

  it('is not closed over a block that came late, wherever and whenever that came', async () => {
    for (const id of ['00000000', '55555555', 'ffffffff']) {
      const realmId = await swept(25);
      const late = () => addBlocks(db.pool, realmId, [`${id}${realmId.slice(8)}`]);
      const { store } = watched(late);
      expect(await closeBySteps(realmId, store)).toMatchObject({ state: 'releasing', release_cursor: null });
      expect(await purger.drive(realmId, 'reported')).toMatchObject({ blocks_total: 26, attention: null });
    }
  });

  it('makes a person look when metadata came between two looks', async () => {
    const realmId = await swept(25);
    const { store } = watched(() => addVlob(db.pool, realmId));
    expect(await closeBySteps(realmId, store)).toMatchObject({ kind: 'attention' });
  });
});
