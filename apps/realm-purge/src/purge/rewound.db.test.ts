import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settleGranted } from '../settle-pages/settle-pages.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, receiptOf, type Purger } from '../testing/stories.js';
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
  purger = createPurger({ pool: db.pool, script, publish: queue.publish });
});
afterAll(async () => {
  purger.close();
  await queue.stop();
  await script.stop();
  await db.drop();
});

/** The authority has the reports of these participants. */
function reportOf(realmId: string, ...participants: string[]): void {
  const grant = script.grants.get(realmId)!;
  const reports = participants.map((participant) => ({
    ...{ participant, givesBlockEvidence: true, reportTime: new Date(), evidence: undefined },
  }));
  script.grants.set(realmId, { ...grant, participants: reports });
}

describe('a database that was set back, of a purge that the authority has the report of', () => {
  it('shreds keys and metadata once more, releases no block, and says why', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 25, keys: 2, vlobs: 3 });
    script.allow('org1', realmId);
    reportOf(realmId, 'blob-sweeper', 'realm-purge');
    await purger.order(realmId);
    const { state, attention } = await purger.drive(realmId, 'reported');
    expect([state, attention]).toEqual(['releasing', expect.stringMatching(/rewound.*replayed/)]);
    expect(await everythingOf(db.pool, realmId)).toMatchObject({
      realm: 'fenced',
      counts: { blocks: 25, pages: 0, vlobs: 0, bundles: 0, accesses: 0 },
    });
  });

  it('lets no row go by a receipt of before', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 25 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await purger.step(realmId);
    const pages = purger.given.filter((page) => page.context.workspaceId === realmId);
    expect(pages).toHaveLength(3);
    reportOf(realmId, 'realm-purge');
    expect(await purger.step(realmId)).toMatchObject({ kind: 'attention' });
    for (const page of pages) expect(await purger.settle(receiptOf(page))).toEqual({ kind: 'stale' });
    expect((await everythingOf(db.pool, realmId)).counts).toMatchObject({ blocks: 25 });
  });

  it('lets no row go by a receipt, though no step has halted it yet; the same if the grant is forgotten', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 10 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await purger.step(realmId);
    const [page] = purger.given.filter(({ context }) => context.workspaceId === realmId);
    const settled = () => settleGranted(purger.authority, db.pool, letheStore, receiptOf(page!));
    const grant = script.grants.get(realmId)!;
    reportOf(realmId, 'realm-purge');
    expect(await settled()).toEqual({ kind: 'stale' });
    script.grants.delete(realmId);
    expect(await settled()).toEqual({ kind: 'stale' });
    script.away = true;
    await expect(settled()).rejects.toThrow();
    script.away = false;
    expect((await everythingOf(db.pool, realmId)).counts).toMatchObject({ blocks: 10 });
    script.grants.set(realmId, grant);
    expect(await settled()).toEqual({ kind: 'settled', rows: 10 });
  });

  it('goes on while only others have reported', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 5 });
    script.allow('org1', realmId);
    reportOf(realmId, 'blob-sweeper', 'search');
    await purger.order(realmId);
    expect((await purger.drive(realmId, 'reported')).report_time).not.toBeNull();
  });
});
