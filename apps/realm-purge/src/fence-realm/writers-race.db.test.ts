import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createPool, isLockTimeout, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { RefusalError } from '@lethe/outcome';
import { createTestDatabase, eventually, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realmWriters } from '../services.js';
import { lockForWriting } from '../store/lethe/realms.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, idsOf, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf, everythingOf } from '../testing/world.sql.js';
import { waitingForLocks } from '../testing/locks.sql.js';
import { letheStore } from '../store/lethe/lethe-store.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const WRITERS = 1_000;
const CONNECTIONS = 24;
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
    max: CONNECTIONS,
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

async function* once<T>(message: T) {
  yield await Promise.resolve(message);
}
/** What became of a write, in the words that a data plane sees. One that could not even be refused is made again. */
async function outcomeOf(write: () => Promise<unknown>): Promise<string> {
  for (;;) {
    const outcome = await write().then(
      () => 'committed',
      (error: unknown) => {
        if (error instanceof RefusalError)
          return error.message.includes('delete the objects') ? 'TOO_LATE' : error.reason;
        throw error;
      },
    );
    if (outcome !== 'UNAVAILABLE') return outcome;
  }
}
const register = (
  write: ReturnType<typeof realmWriters>,
  realm: { organizationId: string; realmId: string },
  ...blockIds: string[]
) => write.registerBlocks(once({ ...realm, blocks: blockIds.map((blockId) => ({ blockId, sizeBytes: 1 })) }));

/** A fence does not wait long for writers that queue; then it is made again. */
async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
    }
  }
}

describe('the fence', () => {
  it('keeps its word to a thousand writers of all kinds, from before it to behind the end', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 30 });
    const unborn = randomUUID();
    const live = await addRealm(db.pool, 'org1');
    const [realm, other] = [
      { organizationId: 'org1', realmId },
      { organizationId: 'org1', realmId: live },
    ];
    for (const id of [realmId, unborn]) {
      script.allow('org1', id);
      await purger.order(id);
    }
    const late: Parameters<NonNullable<Parameters<typeof realmWriters>[2]>>[] = [];
    const write = realmWriters(crowd, letheStore, (...said) => late.push(said));
    const sharedIds = Array.from({ length: 40 }, () => randomUUID());
    for (const id of sharedIds.slice(0, 10)) await register(write, other, id);
    const done = {
      blocks: new Map<string, string>(),
      vlobs: 0,
      bundles: 0,
      created: 0,
      taken: new Set<string>(),
    };
    const writer = async (n: number) => {
      const id = n % 25 === 0 ? sharedIds[n / 25]! : randomUUID();
      if (n % 5 === 0) done.blocks.set(id, await outcomeOf(() => register(write, realm, id)));
      if (n % 25 === 0 && (await outcomeOf(() => register(write, other, id))) === 'committed')
        done.taken.add(id);
      const count = async (what: 'vlobs' | 'bundles' | 'created', call: () => Promise<unknown>) => {
        if ((await outcomeOf(call)) === 'committed') done[what] += 1;
      };
      if (n % 5 === 1)
        await count('vlobs', () => write.putVlob({ ...realm, vlobId: id, version: 1, blob: Buffer.of(1) }));
      if (n % 5 === 2)
        await count('bundles', () =>
          write.putKeyBundle({ ...realm, keyIndex: n + 1, bundle: Buffer.of(1), accesses: [] }),
        );
      if (n % 5 === 3) await count('created', () => write.createRealm({ ...realm, realmId: unborn }));
      if (n % 5 === 4) done.blocks.set(id, await outcomeOf(() => register(write, realm, id)));
    };
    // As many at once as there are connections, so that none waits for one longer than a pool does.
    const left = Array.from({ length: WRITERS }, (_, n) => n).values();
    let quarterDone = () => {};
    const quarter = new Promise<void>((resolve) => (quarterDone = resolve));
    const writing = Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (const n of left) {
          await writer(n);
          if (n > WRITERS / 4) quarterDone();
        }
      }),
    );
    await Promise.race([quarter, writing]);
    const fencing = [realmId, unborn].map((id) => patiently(() => purger.step(id)));
    expect(await Promise.all(fencing)).toEqual([{ kind: 'moved' }, { kind: 'moved' }]);
    const { vlobs, bundles } = (await everythingOf(db.pool, realmId)).counts;
    const isOver = async () => (await purger.purge(realmId)).report_time !== null;
    const wronglySwept: string[] = [];
    for (let seen = 0; !(await isOver()); await purger.sweep()) {
      await patiently(() => purger.step(realmId));
      // What a live realm has while its object is deleted. Once the row is gone the id is free.
      const goes = new Set(purger.given.slice(seen).flatMap(idsOf));
      seen = purger.given.length;
      wronglySwept.push(...(await blocksOf(db.pool, live)).filter((id) => goes.has(id)));
    }
    await writing;

    // Committed: it was active then, and what was written of metadata was there at the fence.
    expect({ vlobs, bundles }).toEqual({ vlobs: done.vlobs, bundles: done.bundles });
    expect(done.created).toBeLessThanOrEqual(1);
    // Registered or noted: it was swept, or a live realm has it. Refused behind the end: it is counted as such.
    const swept = new Set(purger.given.filter((page) => page.context.workspaceId === realmId).flatMap(idsOf));
    const inLive = new Set(await blocksOf(db.pool, live));
    const outcomes = [...done.blocks.values()];
    expect(outcomes).toContain('committed');
    expect(outcomes).toContain('REALM_DELETED');
    for (const [id, outcome] of done.blocks)
      if (outcome === 'TOO_LATE') expect(swept.has(id)).toBe(false);
      else expect([id, outcome, swept.has(id) || inLive.has(id)]).toEqual([id, outcome, true]);
    expect(late.filter(([outcome]) => outcome === 'noted').length).toBeGreaterThan(0);
    // Nothing of a live realm was swept, and nothing is left of the other.
    expect(wronglySwept).toEqual([]);
    expect(inLive).toEqual(new Set([...sharedIds.slice(0, 10), ...done.taken]));
    expect(await everythingOf(db.pool, realmId)).toMatchObject({
      realm: 'purged',
      counts: { blocks: 0, vlobs: 0, bundles: 0 },
    });
    await expect(register(write, realm, randomUUID())).rejects.toMatchObject({ reason: 'REALM_DELETED' });
    expect(late.at(-1)).toEqual(['refused', 1]);
  }, 120_000);

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
    // What was refused is noted, counted and swept as well: its object may be there.
    expect((await purger.purge(realmId)).blocks_total).toBe(2);
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
