import { fileURLToPath } from 'node:url';
import { execute, transaction } from '@lethe/postgres';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRealm, addVlobs, countVlobs } from '../../testing/world.sql.js';
import type { ShredPlace } from '../realm-store.js';
import { letheStore as store } from './lethe-store.js';

const migrations = fileURLToPath(new URL('../../../migrations', import.meta.url));
const LIMIT = 1_000;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());

/** Two realms whose rows lie between each other's: more of each than a batch takes. */
async function twoRealms(): Promise<[string, string]> {
  const realms: [string, string] = [await addRealm(db.pool, 'org1'), await addRealm(db.pool, 'org1')];
  for (let n = 0; n < 6; n++) for (const realmId of realms) await addVlobs(db.pool, realmId, 500);
  return realms;
}
const batch = (realmId: string, from?: ShredPlace) =>
  transaction(db.pool, (tx) => store.shred(tx, 'vlob_atoms', realmId, LIMIT, from));

/** Batches until the end. Answers how many rows each took. */
async function shredAll(realmId: string, between: () => Promise<unknown> = async () => undefined) {
  const took: number[] = [];
  for (let place: ShredPlace | undefined; took.length < 100;) {
    const { rows, next } = await batch(realmId, place);
    took.push(rows);
    place = next;
    if (next === undefined && rows < LIMIT) break;
    await between();
  }
  return took;
}

describe('metadata that is too much for one batch', () => {
  it('goes in bounded batches to the last row, and nothing of another realm', async () => {
    const [realmId, other] = await twoRealms();
    const took = await shredAll(realmId);
    expect(Math.max(...took)).toBeLessThanOrEqual(LIMIT);
    expect(took.reduce((sum, rows) => sum + rows, 0)).toBe(3_000);
    expect(await countVlobs(db.pool, realmId)).toBe(0);
    expect(await countVlobs(db.pool, other)).toBe(3_000);
  });

  it('goes to the last row though its table is written anew in between', async () => {
    const [realmId] = await twoRealms();
    let rewritten = 0;
    await shredAll(realmId, async () => {
      if (rewritten++ === 0) await execute(db.pool, 'vacuum full vlob_atom');
    });
    expect(rewritten).toBeGreaterThan(0);
    expect(await countVlobs(db.pool, realmId)).toBe(0);
  });

  it('is there again after a batch that failed, for one that begins where that one did', async () => {
    const [realmId] = await twoRealms();
    const { next } = await batch(realmId);
    const left = await countVlobs(db.pool, realmId);
    const failed = transaction(db.pool, async (tx) => {
      expect((await store.shred(tx, 'vlob_atoms', realmId, LIMIT, next)).rows).toBeGreaterThan(0);
      throw new Error('the commit fails');
    });
    await expect(failed).rejects.toThrow('the commit fails');
    expect(await countVlobs(db.pool, realmId)).toBe(left);
    for (let place = next; place !== undefined;) place = (await batch(realmId, place)).next;
    expect(await countVlobs(db.pool, realmId)).toBe(0);
  });

  it('goes where it is few rows of a large table, or no row', async () => {
    await twoRealms();
    const realmId = await addRealm(db.pool, 'org1', { vlobs: 5 });
    expect(await batch(realmId)).toEqual({ rows: 5, next: undefined });
    expect(await batch(realmId)).toEqual({ rows: 0, next: undefined });
  });
});
