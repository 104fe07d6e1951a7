import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, digestOf, type Purger } from '../testing/stories.js';
import { addBlocks, addRealm, blocksOf } from '../testing/world.sql.js';

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

const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

/** RFC 9162, 2.1.1, recursively: nothing of libs/merkle or libs/contracts. */
function rootOf(leaves: Buffer[]): Buffer {
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0]!);
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  return sha256(Buffer.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half)));
}
const number = (value: number, bytes: number) =>
  Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');

async function closed(blocks: number): Promise<string> {
  const realmId = await addRealm(db.pool, 'org1', { blocks, keys: 2, vlobs: 3 });
  script.allow('org1', realmId);
  await purger.order(realmId);
  await purger.drive(realmId, 'closed');
  return realmId;
}
const reportsOf = (realmId: string) => script.reports.filter(({ workspaceId }) => workspaceId === realmId);

describe('report-erasure', () => {
  it('gives the root that whoever holds the list of blocks computes', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 57 });
    const ids = await blocksOf(db.pool, realmId);
    const sharer = await addRealm(db.pool, 'org1');
    await addBlocks(db.pool, sharer, [ids[0]!, ids[31]!, ids[39]!]);
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'reported');
    const retained = [1, 0, 0, 2, 0, 0];
    const leaves = retained.map((kept, page) => {
      const rows = ids.slice(10 * page, 10 * page + 10);
      return Buffer.concat([
        number(page, 8),
        number(rows.length, 4),
        number(rows.length - kept, 4),
        digestOf(rows),
      ]);
    });
    expect(reportsOf(realmId)).toMatchObject([
      {
        epoch: 1,
        evidence: {
          removed: { blocks: 57 },
          blocks: {
            pages: 6,
            blocksTotal: 57,
            blocksSwept: 54,
            blocksRetained: 3,
            bytesTotal: 570,
            root: rootOf(leaves),
          },
        },
      },
    ]);
  });

  it('reports the same again when the answer was lost, and is done once it was heard', async () => {
    const realmId = await closed(12);
    const purge = await purger.purge(realmId);
    await Promise.all([purger.steps.closed(purge), purger.steps.closed(purge)]);
    const [first, second] = reportsOf(realmId);
    expect(second).toEqual(first);
    expect(first?.evidence?.removed).toEqual({
      key_bundle_accesses: 6,
      key_bundles: 2,
      vlob_atoms: 3,
      blocks: 12,
    });
    expect((await purger.purge(realmId)).report_time).not.toBeNull();
  });

  it('tries again while the authority is away', async () => {
    const realmId = await closed(2);
    script.away = true;
    await expect(purger.step(realmId)).rejects.toThrow();
    script.away = false;
    await purger.step(realmId);
    expect(reportsOf(realmId)).toHaveLength(1);
  });

  it.each(['EVIDENCE_CHANGED', 'NO_GRANT'])(
    'makes a person look when it is refused with %s',
    async (reason) => {
      const realmId = await closed(2);
      script.refuses = reason;
      expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
      script.refuses = undefined;
      expect(await purger.purge(realmId)).toMatchObject({ state: 'closed', report_time: null });
      expect(reportsOf(realmId)).toEqual([]);
    },
  );

  it('tries again what is refused for a reason of the moment', async () => {
    const realmId = await closed(2);
    script.refuses = 'CALLER_NOT_ALLOWED';
    await expect(purger.step(realmId)).rejects.toThrow();
    script.refuses = undefined;
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
  });
});
