import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stepPurges } from '../purge/step.js';
import { addReleasing, countInFlight, countOpen, letPassForAll } from '../testing/pages.sql.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { RERELEASE_MS, createPurger, type Purger } from '../testing/stories.js';
import { forgetPurges } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const ORGANIZATIONS = ['org1', 'org10', 'org2', 'org3', 'org4'];
const MOST = 40;
const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
const { signal } = new AbortController();
let db: TestDatabase;
let script: ScriptedAuthority;
let replicas: Purger[];
let most: number;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
});
afterAll(async () => {
  await script.stop();
  await db.drop();
});
beforeEach(async () => {
  await forgetPurges(db.pool);
  most = 0;
  const publish = async () => {
    most = Math.max(most, (await countInFlight(db.pool)).pages);
  };
  replicas = [1, 2].map(() => createPurger({ pool: db.pool, script, publish, maxPagesInFlight: MOST }));
  return () => {
    for (const replica of replicas) replica.close();
  };
});

async function releasing(each: number, blocks: number, organizations = ORGANIZATIONS): Promise<void> {
  for (const purge of await addReleasing(db.pool, organizations, each, blocks))
    script.allow(purge.organization_id, purge.realm_id);
}
/** Both replicas make steps until there is none to make. Answers how many there were. */
async function stepAll(): Promise<number> {
  const made = await Promise.all(
    replicas.map(async ({ steps }) => {
      for (let found = 0; ;) {
        const { counts, more } = await stepPurges({ pool: db.pool, steps, logger, metrics }, signal);
        expect(counts).toMatchObject({ failed: 0, attention: 0 });
        found += counts['found'] ?? 0;
        if (!more && counts['found'] === counts['busy']) return found;
      }
    }),
  );
  return made.reduce((sum, n) => sum + n, 0);
}
const given = () => replicas.reduce((sum, replica) => sum + replica.given.length, 0);

describe('pages of all purges in flight', () => {
  it('stay below their bound while the sweeper is stopped, and are given again without filling the queue', async () => {
    await releasing(100, 25);
    await stepAll();
    const flying = await countInFlight(db.pool);
    expect(flying.pages).toBeLessThanOrEqual(MOST);
    expect(flying.organizations).toBe(ORGANIZATIONS.length);
    const before = given();
    expect(before).toBe(flying.pages);
    // Whoever waits for room is not asked again and again.
    expect(await stepAll()).toBe(0);
    for (let n = 1; n <= 3; n++) {
      await letPassForAll(db.pool, (2 ** n * RERELEASE_MS) / 1_000);
      await stepAll();
      expect(await countInFlight(db.pool)).toEqual(flying);
      expect(given()).toBeLessThanOrEqual(before * (n + 1));
    }
    expect(most).toBeLessThanOrEqual(MOST);
  }, 240_000);

  it('come round to everybody by receipts alone: whoever waits for room is rung', async () => {
    await releasing(20, 45);
    let turns = 0;
    for (; (await countOpen(db.pool)) > 0 && turns < 400; turns++) {
      await stepAll();
      for (const replica of replicas) await replica.sweep();
    }
    expect(await countOpen(db.pool)).toBe(0);
    expect(most).toBeLessThanOrEqual(MOST);
    // 500 pages in all, at most 40 at once; then each closes and reports.
    expect(turns).toBeLessThanOrEqual(2 * Math.ceil(500 / MOST) + 5);
  }, 240_000);

  it('leave room for another organization, whoever was first', async () => {
    await releasing(60, 95, ['org1']);
    await stepAll();
    const crowd = await countInFlight(db.pool);
    await releasing(1, 95, ['org2']);
    await stepAll();
    const both = await countInFlight(db.pool);
    expect(crowd).toMatchObject({ organizations: 1 });
    expect(both).toMatchObject({ organizations: 2 });
    expect(both.pages).toBeGreaterThan(crowd.pages);
    expect(both.pages).toBeLessThanOrEqual(MOST);
  }, 240_000);
});
