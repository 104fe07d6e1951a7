import { fileURLToPath } from 'node:url';
import { decodeEvent } from '@lethe/contracts';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { endOf } from '../testing/sharing.sql.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf } from '../testing/world.sql.js';
import { getPurgeRpc } from './get-purge.rpc.js';

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

describe('blocks that a live realm shares', () => {
  it('are counted as retained, never as swept, by GetPurge, the report and the event of the end', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 10 });
    const sharer = await addRealm(db.pool, 'org1');
    await addBlocks(db.pool, sharer, (await blocksOf(db.pool, realmId)).slice(2, 5));
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'reported');

    const { purge } = await getPurgeRpc(db.pool, 0)({ realmId });
    expect(purge).toMatchObject({ blocksTotal: 10, blocksSwept: 7, blocksRetained: 3, blocksLeft: 0 });
    expect(script.reports).toMatchObject([
      { evidence: { blocks: { blocksTotal: 10, blocksSwept: 7, blocksRetained: 3 } } },
    ]);
    const ends = (await endOf(db.pool, realmId)).map((payload) => decodeEvent('realm.purged', payload));
    expect(ends).toMatchObject([{ blocksTotal: 10, blocksRetained: 3 }]);
  });
});
