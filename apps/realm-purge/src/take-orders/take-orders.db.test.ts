import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, serverVariable, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPurge, needAttention } from '../purge/purge.sql.js';
import { startQueue, type Queue } from '../testing/queue.js';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { createPurger, type Purger } from '../testing/stories.js';
import { addRealm, everythingOf } from '../testing/world.sql.js';
import { takeOpenGrants } from './take-orders.loop.js';

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
const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');
let rung = 0;
beforeEach(() => {
  script.grants.clear();
  rung = 0;
});
const take = () =>
  takeOpenGrants({
    pool: db.pool,
    authority: purger.authority,
    logger,
    metrics,
    ordered: () => {
      rung += 1;
    },
  });

describe('take-open-grants', () => {
  it('makes an order of every grant, whatever became of the events, and only once', async () => {
    const ids = Array.from({ length: 250 }, () => randomUUID());
    for (const id of ids) script.allow('org1', id, 3);
    expect(await take()).toEqual({
      counts: { found: 250, ordered: 250, again: 0, anew: 0, rewound: 0, retried: 0 },
    });
    expect(await take()).toEqual({
      counts: { found: 250, ordered: 0, again: 0, anew: 0, rewound: 0, retried: 0 },
    });
    expect(rung).toBe(1);
    for (const id of ids) expect(await purger.purge(id)).toMatchObject({ state: 'ordered', epoch: 3 });
  });

  it('does not wait longer for the right epoch because a wrong one failed', async () => {
    const id = randomUUID();
    await purger.order(id, 7);
    script.allow('org1', id, 2);
    await take();
    expect(await purger.purge(id)).toMatchObject({ epoch: 2, organization_id: 'org1', failures: 0 });
  });

  it('halts a purge of another epoch than the authority shows, and raises an alarm once', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 3 });
    script.allow('org1', realmId, 4);
    await purger.order(realmId, 4);
    await purger.drive(realmId, 'shredded');
    const before = await everythingOf(db.pool, realmId);
    script.allow('org1', realmId, 2);
    expect((await take()).counts).toMatchObject({ rewound: 1 });
    expect((await take()).counts).toMatchObject({ rewound: 0 });
    expect((await purger.purge(realmId)).attention).toMatch(/epoch 2.* epoch 4/);
    expect(await everythingOf(db.pool, realmId)).toEqual(before);
    const alarms = await metrics.alarms.get();
    expect(alarms.values).toMatchObject([{ labels: { alarm: 'purge_needs_attention' }, value: 1 }]);
  });

  it('reports again to an authority that has forgotten the report', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 3 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'reported');
    expect((await take()).counts).toMatchObject({ found: 0 });
    script.reported.delete(realmId);
    expect((await take()).counts).toMatchObject({ again: 1 });
    expect(rung).toBe(1);
    await purger.drive(realmId, 'reported');
    const reports = script.reports.filter(({ workspaceId }) => workspaceId === realmId);
    expect(reports).toHaveLength(2);
    expect(reports[1]).toEqual(reports[0]);
  });

  it('follows orders to try again, also of purges that a person has to look at, and each once', async () => {
    const realmId = await addRealm(db.pool, 'org1', { blocks: 3 });
    script.allow('org1', realmId);
    await purger.order(realmId);
    await purger.drive(realmId, 'releasing');
    await needAttention(db.pool, await purger.purge(realmId), 'look');
    expect((await take()).counts).toMatchObject({ retried: 0 });
    script.grants.set(realmId, { ...script.grants.get(realmId)!, retries: 1 });
    expect((await take()).counts).toMatchObject({ retried: 1 });
    expect((await take()).counts).toMatchObject({ retried: 0 });
    expect(rung).toBe(1);
    expect(await purger.drive(realmId, 'reported')).toMatchObject({ attention: null, retries: 1 });
  });

  it('orders nothing while the authority is away', async () => {
    const id = randomUUID();
    script.allow('org1', id);
    script.away = true;
    await expect(take()).rejects.toThrow();
    script.away = false;
    expect(await findPurge(db.pool, id)).toBeUndefined();
  });
});
