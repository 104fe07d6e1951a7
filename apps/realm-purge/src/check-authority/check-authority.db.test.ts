import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createAuthority, type Authority } from '@lethe/participant';
import { createLogger, createMetrics } from '@lethe/telemetry';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startScriptedAuthority, type ScriptedAuthority } from '../testing/scripted-authority.js';
import { authorityChecker } from './check-authority.loop.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const { signal } = new AbortController();
let db: TestDatabase;
let script: ScriptedAuthority;
let authority: Authority;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  script = await startScriptedAuthority();
  authority = createAuthority(script.address, 'token', { keepMs: 0 });
});
afterAll(async () => {
  authority.close();
  await script.stop();
  await db.drop();
});
let metrics = createMetrics('test');
let logged: unknown[] = [];
beforeEach(async () => {
  await db.pool.query('truncate purge cascade');
  script.grants.clear();
  metrics = createMetrics('test');
  logged = [];
});

const checker = (batch?: number) => {
  const logger = createLogger('test', 'silent');
  logger.error = (about: unknown) => logged.push(about);
  return authorityChecker({ pool: db.pool, authority, logger, metrics, ...(batch ? { batch } : {}) });
};
const alarms = async () =>
  (await metrics.alarms.get()).values.map(({ labels, value }) => [labels.alarm, value]);

/** A purge that is over, and granted unless told otherwise. */
async function over(granted = true, epoch = 1): Promise<string> {
  const realmId = randomUUID();
  await db.pool.query(
    `insert into purge (realm_id, organization_id, epoch, state, fence_time, shred_time, count_time, close_time, report_time)
     values ($1, 'org1', $2, 'closed', now(), now(), now(), now(), now())`,
    [realmId, epoch],
  );
  if (granted) script.allow('org1', realmId, epoch);
  return realmId;
}

describe('check-authority', () => {
  it('is silent while the authority knows of every purge that is over', async () => {
    for (let n = 0; n < 5; n++) await over();
    const check = checker();
    for (let n = 0; n < 2; n++) expect(await check(signal)).toEqual({ counts: { found: 5, rewound: 0 } });
    expect([await alarms(), logged]).toEqual([[], []]);
  });

  it('counts each that it has forgotten in every round, names it once, and again when it changes', async () => {
    await over();
    const [gone, other, moved] = [await over(false), await over(false, 3), await over()];
    script.allow('org10', moved);
    const check = checker();
    expect(await check(signal)).toEqual({ counts: { found: 4, rewound: 3 } });
    expect(await check(signal)).toEqual({ counts: { found: 4, rewound: 3 } });
    expect(await alarms()).toEqual([['authority_rewound', 6]]);
    const lines = [
      { realmId: gone, epoch: 1 },
      { realmId: other, epoch: 3 },
      { realmId: moved, epoch: 1 },
    ].sort((a, b) => (a.realmId < b.realmId ? -1 : 1));
    expect(logged).toEqual(lines);

    script.allow('org1', gone);
    await check(signal);
    script.grants.delete(gone);
    await check(signal);
    expect(logged.slice(3)).toEqual([{ realmId: gone, epoch: 1 }]);
  });

  it('takes a grant of another epoch for none', async () => {
    const realmId = await over(false, 2);
    script.allow('org1', realmId, 1);
    expect((await checker()(signal)).counts).toMatchObject({ rewound: 1 });
  });

  it('asks about a bounded number in a run, and goes round', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await over(false));
    const check = checker(3);
    const found: number[] = [];
    for (let n = 0; n < 4; n++) found.push((await check(signal)).counts['found'] ?? -1);
    expect(found).toEqual([3, 3, 1, 3]);
    expect(logged).toHaveLength(7);
  });

  it('leaves those under way to their steps', async () => {
    const realmId = await over(false);
    await db.pool.query('update purge set report_time = null where realm_id = $1', [realmId]);
    expect(await checker()(signal)).toEqual({ counts: { found: 0, rewound: 0 } });
  });

  it('takes an authority that is away for nothing but away, and goes on where it was', async () => {
    await over(false);
    const check = checker();
    script.away = true;
    await expect(check(signal)).rejects.toThrow();
    expect(await alarms()).toEqual([]);
    script.away = false;
    expect((await check(signal)).counts).toMatchObject({ rewound: 1 });
  });
});
