import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { RefusalError } from '@lethe/outcome';
import { createTestDatabase, eventually, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realmWriters } from '../services.js';
import { lockForWriting } from '../store/lethe/realms.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf, everythingOf } from '../testing/world.sql.js';
import { waitingForLocks } from '../testing/locks.sql.js';
import { letheStore } from '../store/lethe/lethe-store.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const WRITERS = 240;
let db: TestDatabase;
let script: ScriptedAuthority;
let queue: Queue;
let purger: Purger;
let crowd: Pool;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  crowd = createPool({
    url: db.url,
    applicationName: 'crowd',
    max: 24,
    logger: createLogger('test', 'silent'),
  });
  script = await startScriptedAuthority();
  queue = await startQueue(serverVariable('NATS_URL'), process.env['NATS_TOKEN']);
  purger = createPurger({ pool: db.pool, script, publish: queue.publish });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await crowd.end();
  await db.drop();
});

const refused = (reason: string) => (error: unknown) => {
  if (error instanceof RefusalError && error.reason === reason) return false;
  throw error;
};
async function* once<T>(message: T) {
  yield await Promise.resolve(message);
}

describe('the fence', () => {
  it('lets what committed before it stand, and nothing commit after it', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    script.allow('org1', realmId);
    await purger.order(realmId);
    const realm = { organizationId: 'org1', realmId };
    const written = { blocks: new Set<string>(), vlobs: 0, bundles: 0 };
    const write = realmWriters(crowd, letheStore);
    const writer = async (n: number) => {
      const id = randomUUID();
      const done =
        n % 3 === 0
          ? write.registerBlocks(once({ ...realm, blocks: [{ blockId: id, sizeBytes: 1 }] }))
          : n % 3 === 1
            ? write.putVlob({ ...realm, vlobId: id, version: 1, blob: Buffer.of(1) })
            : write.putKeyBundle({ ...realm, keyIndex: n + 1, bundle: Buffer.of(1), accesses: [] });
      if (!(await done.then(() => true, refused('REALM_DELETED')))) return false;
      if (n % 3 === 0) written.blocks.add(id);
      else if (n % 3 === 1) written.vlobs += 1;
      else written.bundles += 1;
      return true;
    };
    const early = Array.from({ length: WRITERS / 2 }, (_, n) => writer(n));
    await Promise.race(early);
    const fencing = purger.step(realmId);
    const late = Array.from({ length: WRITERS / 2 }, (_, n) => writer(WRITERS / 2 + n));
    expect(await fencing).toEqual({ kind: 'moved' });
    const atTheFence = await everythingOf(db.pool, realmId);
    const results = await Promise.all([...early, ...late]);
    expect(results).toContain(true);
    expect(results).toContain(false);
    const after = await everythingOf(db.pool, realmId);
    expect(after).toEqual(atTheFence);
    expect(after.counts).toMatchObject({
      blocks: written.blocks.size,
      vlobs: written.vlobs,
      bundles: written.bundles,
    });
    expect(new Set(await blocksOf(db.pool, realmId))).toEqual(written.blocks);
  });

  it('waits for a writer whose transaction is open, and counts what it wrote', async () => {
    const realmId = await addRealm(db.pool, 'org2');
    script.allow('org2', realmId);
    await purger.order(realmId);
    const tx = await crowd.connect();
    await tx.query('begin');
    await lockForWriting(tx, 'org2');
    await addBlocks(tx, realmId, [randomUUID()]);
    const fencing = purger.step(realmId);
    await eventually('the fence waits', async () => (await waitingForLocks(db.pool)) === 1);
    const late = once({ organizationId: 'org2', realmId, blocks: [{ blockId: randomUUID(), sizeBytes: 1 }] });
    const refusedToo = expect(realmWriters(crowd, letheStore).registerBlocks(late)).rejects.toMatchObject({
      reason: 'REALM_DELETED',
    });
    await eventually('the late writer waits behind it', async () => (await waitingForLocks(db.pool)) === 2);
    await tx.query('commit');
    tx.release();
    await fencing;
    await refusedToo;
    await purger.drive(realmId, 'reported');
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', counts: { blocks: 0 } });
    expect((await purger.purge(realmId)).blocks_total).toBe(1);
  });

  it('refuses every write to a realm that never existed, and its creation', async () => {
    const realmId = randomUUID();
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.step(realmId);
    const realm = { organizationId: 'org1', realmId };
    const write = realmWriters(crowd, letheStore);
    await expect(write.createRealm(realm)).rejects.toMatchObject({ reason: 'REALM_EXISTS' });
    await expect(write.createRealm({ ...realm, organizationId: 'org2' })).rejects.toMatchObject({
      reason: 'REALM_EXISTS',
    });
    const vlob = { ...realm, vlobId: randomUUID(), version: 1, blob: Buffer.of(1) };
    await expect(write.putVlob(vlob)).rejects.toMatchObject({ reason: 'REALM_DELETED' });
    await purger.drive(realmId, 'reported');
    await expect(write.createRealm(realm)).rejects.toMatchObject({ reason: 'REALM_EXISTS' });
  });

  it('lets writers of one realm register the same ids in any order without a deadlock', async () => {
    const realmId = await addRealm(db.pool, 'org3');
    const ids = Array.from({ length: 400 }, () => randomUUID());
    const write = realmWriters(crowd, letheStore);
    const counts = await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const order = n % 2 === 0 ? ids : ids.toReversed();
        const blocks = order.map((blockId) => ({ blockId, sizeBytes: 1 }));
        return write.registerBlocks(once({ organizationId: 'org3', realmId, blocks }));
      }),
    );
    expect(counts.reduce((sum, { registered }) => sum + registered, 0)).toBe(ids.length);
    expect(await blocksOf(db.pool, realmId)).toHaveLength(ids.length);
  });
});
