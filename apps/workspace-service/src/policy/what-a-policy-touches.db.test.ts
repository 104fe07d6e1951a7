import { fileURLToPath } from 'node:url';
import { PurgeMode } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { policiesIn, WHOLE } from '../testing/policies.js';
import { auditAbout } from '../testing/audit.sql.js';
import { byLoop, byOperator, callerNamed, race } from '../testing/stories.js';
import { addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());
const { organization, set } = policiesIn(() => db.pool);

describe('a deletion keeps what was frozen with it', () => {
  const deleted = async (id: string, ann: string) => {
    const workspaceId = await addWorkspace(db.pool, id, { [ann]: 'ADMIN' });
    const outcome = await deleteWorkspace(db.pool, { caller: callerNamed(ann), workspaceId, etag: '' });
    if (outcome.kind !== 'scheduled') throw new Error(outcome.kind);
    return outcome.deletion;
  };
  const frozen = async (workspaceId: string) =>
    (
      await db.pool.query(`select purge_time, purge_mode from deletion where workspace_id = $1`, [
        workspaceId,
      ])
    ).rows[0] as unknown;
  /** Its purge time is so many seconds after its deletion, and has come. */
  const waitedFor = (graceSeconds: number, workspaceId: string) =>
    db.pool.query(
      `with unguarded as (select set_config('session_replication_role', 'replica', true))
       update deletion set delete_time = delete_time - make_interval(secs => $2), purge_time = purge_time - make_interval(secs => $2)
         from unguarded where workspace_id = $1`,
      [workspaceId, graceSeconds],
    );

  it.each([
    ['a shorter grace does not hasten it', 3600, 1],
    ['a longer grace does not delay it', 1, 3600],
  ])('%s', async (_, at, later) => {
    const { id, owner, ann } = await organization();
    await set(owner, { ...WHOLE, graceSeconds: at });
    const { workspace_id, delete_time, purge_time } = await deleted(id, ann);
    expect(purge_time!.getTime() - delete_time!.getTime()).toBe(at * 1000);
    await set(owner, { ...WHOLE, graceSeconds: later });
    expect(await frozen(workspace_id)).toEqual({ purge_time, purge_mode: 'automatic' });
    await waitedFor(1, workspace_id);
    expect((await byLoop(db.pool, id, workspace_id)).kind).toBe(at === 1 ? 'granted' : 'not_due');
    const next = await deleted(id, ann);
    expect(next.purge_time!.getTime() - next.delete_time!.getTime()).toBe(later * 1000);
  });

  it.each([
    [PurgeMode.MANUAL, PurgeMode.AUTOMATIC, 'not_due'],
    [PurgeMode.AUTOMATIC, PurgeMode.MANUAL, 'granted'],
  ])('scheduled under mode %i it is not moved to %i', async (at, later, loop) => {
    const { id, owner, ann } = await organization();
    await set(owner, { ...WHOLE, graceSeconds: 1, purgeMode: at });
    const { workspace_id } = await deleted(id, ann);
    await set(owner, { ...WHOLE, graceSeconds: 1, purgeMode: later });
    await waitedFor(1, workspace_id);
    expect((await byLoop(db.pool, id, workspace_id)).kind).toBe(loop);
  });

  it('without a policy at its time it is never purged, whatever is set afterwards', async () => {
    const { id, owner, ann } = await organization();
    const { workspace_id } = await deleted(id, ann);
    await set(owner, { ...WHOLE, graceSeconds: 1 });
    expect(await frozen(workspace_id)).toEqual({ purge_time: null, purge_mode: null });
    expect((await byOperator(db.pool, id, workspace_id)).kind).toBe('no_policy');
  });
});

describe('orphans follow the policy at once', () => {
  const sequestered = { ...WHOLE, sequestered: true };
  const orphan = async (id: string) => {
    await addUser(db.pool, id, `${id}-gone`);
    const workspaceId = await addWorkspace(db.pool, id, { [`${id}-gone`]: 'ADMIN' });
    await revoke(db.pool, `${id}-gone`, 120);
    return workspaceId;
  };
  const announced = async (workspaceId: string) => (await see(db.pool, workspaceId)).events;

  it('and are announced when it begins to allow their purge, not again with each change', async () => {
    const { id, owner } = await organization();
    const [workspaceId, alive] = [await orphan(id), await addWorkspace(db.pool, id, { [owner]: 'ADMIN' })];
    await set(owner, sequestered);
    expect(await announced(workspaceId)).toEqual([]);
    expect((await byOperator(db.pool, id, workspaceId, 'orphaned')).kind).toBe('sequestered');
    await set(owner, WHOLE);
    expect(await announced(workspaceId)).toEqual(['workspace.orphaned']);
    await set(owner, { ...WHOLE, graceSeconds: 5 });
    expect(await announced(workspaceId)).toHaveLength(1);
    await set(owner, sequestered);
    await set(owner, WHOLE);
    expect(await announced(workspaceId)).toHaveLength(2);
    expect(await announced(alive)).toEqual([]);
    expect((await byOperator(db.pool, id, workspaceId, 'orphaned')).kind).toBe('granted');
  });

  it('also by the first policy', async () => {
    const { id, owner } = await organization();
    const workspaceId = await orphan(id);
    await set(owner, WHOLE);
    expect(await announced(workspaceId)).toEqual(['workspace.orphaned']);
  });

  it('with one order, every time: no orphan is granted by a policy that was answered to be gone', async () => {
    const results = await race(50, async (n) => {
      const { id, owner } = await organization();
      await set(owner, WHOLE);
      const workspaceId = await orphan(id);
      return [
        async () => {
          for (let looks = n % 8; looks > 0; looks--) await see(db.pool, workspaceId);
          await set(owner, sequestered);
          return (await see(db.pool, workspaceId)).state;
        },
        async () => (await byOperator(db.pool, id, workspaceId, 'orphaned')).kind,
      ];
    });
    for (const [state, granted] of results)
      expect(`${state} ${granted}`).toBe(granted === 'granted' ? 'purging granted' : 'active sequestered');
    expect(new Set(results.map(([, granted]) => granted)).size, 'only one ever won').toBe(2);
  });

  it('announces each once, when two set the first policy at once', async () => {
    const results = await race(20, async () => {
      const { id, owner } = await organization();
      const workspaceId = await orphan(id);
      const first = async () => set(owner, WHOLE);
      return [first, async () => first().then(() => ({ id, workspaceId }))];
    });
    for (const [, { id, workspaceId }] of results) {
      expect(await announced(workspaceId)).toHaveLength(1);
      expect(await auditAbout(db.pool, id)).toHaveLength(1);
    }
  });
});
