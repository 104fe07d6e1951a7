import { fileURLToPath } from 'node:url';
import { DeletionPolicy, PurgeMode, SetDeletionPolicyRequest } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { getDeletionPolicyRpc } from '../get-deletion-policy/get-deletion-policy.rpc.js';
import { setDeletionPolicyRpc } from '../set-deletion-policy/set-deletion-policy.rpc.js';
import { byLoop, byOperator, callerNamed, race, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, addWorkspace, revoke, see } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
let organizations = 0;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());

const WHOLE: DeletionPolicy = {
  graceSeconds: 3600,
  orphanDelaySeconds: 60,
  sweepDelaySeconds: 0,
  sequestered: false,
  purgeMode: PurgeMode.AUTOMATIC,
};
/** An organization without a policy, its OWNER, and an `ann` of its own who is no administrator. */
async function organization(): Promise<{ id: string; owner: string; ann: string }> {
  const id = `org${++organizations}`;
  const [owner, ann] = [`${id}-owner`, `${id}-ann`];
  await addOrganization(db.pool, id);
  await addUser(db.pool, id, owner, { orgRole: 255 });
  await addUser(db.pool, id, ann, { orgRole: 2 });
  return { id, owner, ann };
}
const get = (user: string) => getDeletionPolicyRpc(db.pool)({ caller: callerNamed(user) });
const set = (user: string, policy: DeletionPolicy | undefined) =>
  // Over the wire, as it comes: what was not set is not there.
  setDeletionPolicyRpc(db.pool)(
    SetDeletionPolicyRequest.decode(
      SetDeletionPolicyRequest.encode({ caller: callerNamed(user), policy }).finish(),
    ),
  );
const written = async (id: string) =>
  (
    await db.pool.query(
      `select (select count(*) from deletion_policy where organization_id = $1) as policies,
              (select count(*) from system_event where organization_id = $1) as audited,
              (select count(*) from outbox) as events`,
      [id],
    )
  ).rows[0] as { policies: number; audited: number; events: number };

describe('the deletion policy', () => {
  it('is not there until it is set, and then as it was set', async () => {
    const { owner, ann, id } = await organization();
    for (const user of [owner, ann]) expect(await reasonOf(get(user))).toBe('DELETION_POLICY_NOT_FOUND');
    expect(await set(owner, WHOLE)).toEqual({ policy: WHOLE });
    for (const user of [owner, ann]) expect(await get(user)).toEqual({ policy: WHOLE });
    const other = { ...WHOLE, graceSeconds: 1, sequestered: true, purgeMode: PurgeMode.MANUAL };
    expect(await set(owner, other)).toEqual({ policy: other });
    expect(await get(ann)).toEqual({ policy: other });
    const { rows } = await db.pool.query(
      `select workspace_id, context, context_id, action, user_id, by_operator, detail
         from system_event where organization_id = $1 order by event_no`,
      [id],
    );
    const entry = { workspace_id: null, context: 8, context_id: id, action: 1, by_operator: false };
    const detail = { change: 'deletion_policy', orphanDelaySeconds: 60, sweepDelaySeconds: 0 };
    expect(rows).toEqual([
      {
        ...entry,
        user_id: owner,
        detail: { ...detail, graceSeconds: 3600, sequestered: false, purgeMode: 'automatic' },
      },
      {
        ...entry,
        user_id: owner,
        detail: { ...detail, graceSeconds: 1, sequestered: true, purgeMode: 'manual' },
      },
    ]);
  });

  it('set to what it is changes nothing', async () => {
    const { id, owner } = await organization();
    await set(owner, WHOLE);
    const before = await written(id);
    expect(await set(owner, WHOLE)).toEqual({ policy: WHOLE });
    expect(await written(id)).toEqual(before);
  });

  it('is set by administrators of the organization alone, and only of their own', async () => {
    const { id, owner, ann } = await organization();
    await addUser(db.pool, id, `${id}-admin`, { orgRole: 254 });
    await addUser(db.pool, id, `${id}-new`, { orgRole: 255, validated: false });
    expect(await reasonOf(set(ann, WHOLE))).toBe('INSUFFICIENT_PERMISSIONS');
    for (const user of [`${id}-new`, 'nobody'])
      expect(await reasonOf(set(user, WHOLE))).toBe('USER_NOT_VALIDATED');
    expect(await reasonOf(get('nobody'))).toBe('USER_NOT_FOUND');
    expect(await written(id)).toMatchObject({ policies: 0, audited: 0 });
    await set(`${id}-admin`, WHOLE);
    const other = await organization();
    expect(await reasonOf(get(other.owner))).toBe('DELETION_POLICY_NOT_FOUND');
    await set(other.owner, { ...WHOLE, graceSeconds: 7 });
    expect((await get(owner)).policy).toEqual(WHOLE);
  });
});

describe('nothing is armed by what was left out', () => {
  const FIELDS = {
    grace_seconds: { graceSeconds: undefined },
    orphan_delay_seconds: { orphanDelaySeconds: undefined },
    sweep_delay_seconds: { sweepDelaySeconds: undefined },
    sequestered: { sequestered: undefined },
    purge_mode: { purgeMode: PurgeMode.UNSPECIFIED },
  } satisfies Record<string, Partial<DeletionPolicy>>;
  const names = Object.keys(FIELDS) as (keyof typeof FIELDS)[];
  const subsets = Array.from({ length: 2 ** names.length - 1 }, (_, n) =>
    names.filter((__, i) => ((n + 1) >> i) & 1),
  );

  it.each(subsets.map((missing) => [missing.join(', '), missing] as const))(
    'without %s: each is named, and nothing is written, whether there is a policy or none',
    async (_, missing) => {
      const { id, owner, ann } = await organization();
      const partial: DeletionPolicy = Object.assign({ ...WHOLE }, ...missing.map((field) => FIELDS[field]));
      const nothing = await written(id);
      const refused = async () => {
        const error = (await set(owner, partial).catch((thrown: unknown) => thrown)) as Error;
        expect(error).toMatchObject({ reason: 'INVALID_ARGUMENT' });
        const [, named = ''] = error.message.split('missing: ');
        expect(named.split(', ')).toEqual(missing);
      };
      await refused();
      expect(await written(id)).toEqual(nothing);
      const workspace = await addWorkspace(db.pool, id, { [ann]: 'ADMIN' });
      expect(
        await deleteWorkspace(db.pool, { caller: callerNamed(ann), workspaceId: workspace, etag: '' }),
      ).toMatchObject({ deletion: { purge_time: null, purge_mode: null } });

      await set(owner, WHOLE);
      const before = await written(id);
      await refused();
      expect(await written(id)).toEqual(before);
      expect(await get(owner)).toEqual({ policy: WHOLE });
    },
  );

  it.each<[string, DeletionPolicy | undefined]>([
    ['policy', undefined],
    ['missing: grace_seconds', DeletionPolicy.fromPartial({})],
    ['grace_seconds', { ...WHOLE, graceSeconds: 0 }],
    ['grace_seconds', { ...WHOLE, graceSeconds: -1 }],
    ['grace_seconds', { ...WHOLE, graceSeconds: 3_155_760_001 }],
    ['grace_seconds', { ...WHOLE, graceSeconds: Number.MAX_SAFE_INTEGER }],
    ['orphan_delay_seconds', { ...WHOLE, orphanDelaySeconds: 0 }],
    ['orphan_delay_seconds', { ...WHOLE, orphanDelaySeconds: 3_155_760_001 }],
    ['not supported yet', { ...WHOLE, sweepDelaySeconds: 1 }],
    ['sweep_delay_seconds', { ...WHOLE, sweepDelaySeconds: -1 }],
    ['purge_mode', { ...WHOLE, purgeMode: PurgeMode.UNRECOGNIZED }],
  ])('%s is refused', async (named, policy) => {
    const { id, owner } = await organization();
    const nothing = await written(id);
    await expect(set(owner, policy)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      message: expect.stringContaining(named),
    });
    expect(await written(id)).toEqual(nothing);
  });

  it('the limits themselves are taken', async () => {
    const { owner } = await organization();
    for (const seconds of [1, 3_155_760_000]) {
      const policy = { ...WHOLE, graceSeconds: seconds, orphanDelaySeconds: seconds };
      expect(await set(owner, policy)).toEqual({ policy });
    }
  });
});

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
      expect(await written(id)).toMatchObject({ policies: 1, audited: 1 });
    }
  });
});
