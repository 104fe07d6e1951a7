import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findPurge, needAttention } from '../purge/purge.sql.js';
import { lockForWriting } from '../store/lethe/realms.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
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
const hint = (realmId: string, epoch: number, organizationId = 'org1') =>
  purger.order(realmId, epoch, organizationId);

describe('fence-realm', () => {
  it('fences the realm of the grant, whatever organization the hint named', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 1 });
    script.allow('org1', realmId);
    await hint(realmId, 1, 'org10');
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
    expect(await purger.purge(realmId)).toMatchObject({ state: 'fenced', organization_id: 'org1' });
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'fenced', counts: { blocks: 1 } });
  });

  it('drops forged, stale and doubled hints, and changes nothing', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 3, keys: 1, vlobs: 2 });
    const before = await everythingOf(db.pool, realmId);
    script.allow('org1', realmId, 5);
    for (const epoch of [4, 4, 6, 1]) {
      await hint(realmId, epoch);
      await purger.step(realmId);
      expect(await findPurge(db.pool, realmId)).toBeUndefined();
    }
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
  });

  it('does not let a forged hint of a higher epoch stand in the way of the real order', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    script.allow('org1', realmId, 2);
    await hint(realmId, 9, 'org2');
    await purger.takeGrants();
    await hint(realmId, 11, 'org2');
    expect(await purger.purge(realmId)).toMatchObject({ epoch: 2, organization_id: 'org1' });
    await purger.step(realmId);
    expect(await purger.purge(realmId)).toMatchObject({ state: 'fenced', epoch: 2 });
    await hint(realmId, 12);
    expect(await purger.purge(realmId)).toMatchObject({ state: 'fenced', epoch: 2 });
  });

  it('does not move what a person has to look at by a hint', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    await hint(realmId, 3);
    await needAttention(db.pool, await purger.purge(realmId), 'look');
    await hint(realmId, 8);
    expect(await purger.purge(realmId)).toMatchObject({ epoch: 3, attention: 'look' });
  });

  it('touches nothing of a realm that belongs to another organization than the grant says', async () => {
    const realmId = await addRealm(db.pool, 'org10', { blocks: 3, keys: 1, vlobs: 2 });
    const before = await everythingOf(db.pool, realmId);
    script.allow('org1', realmId);
    await hint(realmId, 1);
    const purge = await purger.drive(realmId, 'reported');
    expect(purge.attention).toMatch(/another organization/);
    expect(await everythingOf(db.pool, realmId)).toEqual({ ...before, purge: 'ordered' });
  });

  it('leaves the order as it is while the authority is away', async () => {
    const realmId = await addRealm(db.pool, 'org1');
    script.allow('org1', realmId);
    await hint(realmId, 1);
    script.away = true;
    await expect(purger.step(realmId)).rejects.toThrow();
    script.away = false;
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'active', purge: 'ordered' });
    await purger.step(realmId);
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'fenced', purge: 'fenced' });
  });

  it('does not wait for a writer longer than two seconds, and is made again', async () => {
    const realmId = await addRealm(db.pool, 'org-stuck');
    script.allow('org-stuck', realmId);
    await hint(realmId, 1);
    const writer = await db.pool.connect();
    await writer.query('begin');
    await lockForWriting(writer, 'org-stuck');
    await expect(purger.step(realmId)).rejects.toThrow(/lock timeout/);
    await writer.query('commit');
    writer.release();
    expect(await purger.step(realmId)).toEqual({ kind: 'moved' });
  });

  it('gives a realm that never existed its tombstone', async () => {
    const realmId = randomUUID();
    script.allow('org1', realmId);
    await hint(realmId, 1);
    await purger.drive(realmId, 'reported');
    expect(await everythingOf(db.pool, realmId)).toMatchObject({ realm: 'purged', purge: 'closed' });
    expect(script.reports.find((report) => report.workspaceId === realmId)?.evidence?.blocks).toMatchObject({
      pages: 0,
      blocksTotal: 0,
    });
  });
});
