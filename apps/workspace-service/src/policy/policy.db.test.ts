import { fileURLToPath } from 'node:url';
import { DeletionPolicy, PurgeMode } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspace } from '../delete-workspace/delete-workspace.js';
import { policiesIn, WHOLE } from '../testing/policies.js';
import { callerNamed, reasonOf } from '../testing/stories.js';
import { addUser, addWorkspace } from '../testing/world.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
});
afterAll(() => db.drop());
const { organization, get, set } = policiesIn(() => db.pool);
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
    const other = {
      ...{ ...WHOLE, graceSeconds: 1, sweepDelaySeconds: 86_400 },
      ...{ sequestered: true, purgeMode: PurgeMode.MANUAL },
    };
    expect(await set(owner, other)).toEqual({ policy: other });
    expect(await get(ann)).toEqual({ policy: other });
    const { rows } = await db.pool.query(
      `select workspace_id, context, context_id, action, user_id, by_operator, detail
         from system_event where organization_id = $1 order by event_no`,
      [id],
    );
    const entry = { workspace_id: null, context: 8, context_id: id, action: 1, by_operator: false };
    const detail = { change: 'deletion_policy', orphanDelaySeconds: 60 };
    expect(rows).toEqual([
      {
        ...entry,
        user_id: owner,
        detail: {
          ...{ ...detail, graceSeconds: 3600, sweepDelaySeconds: 0 },
          ...{ sequestered: false, purgeMode: 'automatic' },
        },
      },
      {
        ...entry,
        user_id: owner,
        detail: {
          ...{ ...detail, graceSeconds: 1, sweepDelaySeconds: 86_400 },
          ...{ sequestered: true, purgeMode: 'manual' },
        },
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
    ['sweep_delay_seconds must be from 0', { ...WHOLE, sweepDelaySeconds: -1 }],
    ['sweep_delay_seconds', { ...WHOLE, sweepDelaySeconds: 3_155_760_001 }],
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
    for (const [seconds, sweepDelaySeconds] of [
      [1, 0],
      [3_155_760_000, 3_155_760_000],
    ] as const) {
      const delays = { graceSeconds: seconds, orphanDelaySeconds: seconds, sweepDelaySeconds };
      const policy = { ...WHOLE, ...delays };
      expect(await set(owner, policy)).toEqual({ policy });
    }
  });
});
