import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { PurgeMode } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteWorkspaceRpc } from '../delete-workspace/delete-workspace.rpc.js';
import { previewDeletionRpc } from '../preview-deletion/preview-deletion.rpc.js';
import { restoreWorkspace } from '../restore-workspace/restore-workspace.js';
import { dump } from '../testing/dump.sql.js';
import { byLoop, callerNamed, reasonOf, softDelete } from '../testing/stories.js';
import {
  addBucket,
  addOrganization,
  addRepository,
  addUser,
  addWorkspace,
  hold,
  revoke,
} from '../testing/world.sql.js';
import type { Role } from '../workspace/workspace-state.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const ORGANIZATIONS = {
  auto: { graceSeconds: 3600, sweepDelaySeconds: 86_400 },
  hand: { graceSeconds: 3_155_760_000, mode: 'manual' },
  bare: undefined,
} as const;
type Organization = keyof typeof ORGANIZATIONS;
const NAMES = ['ann', 'bob', 'cat', 'owner', 'gone', 'new'];
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const [organization, policy] of Object.entries(ORGANIZATIONS)) {
    await addOrganization(db.pool, organization, policy);
    for (const name of NAMES)
      await addUser(db.pool, organization, `${organization}-${name}`, {
        orgRole: name === 'owner' ? 255 : 0,
        validated: name !== 'new',
      });
    await revoke(db.pool, `${organization}-gone`, 60);
  }
});
afterAll(() => db.drop());

const preview = (user: string, workspaceId: string) =>
  previewDeletionRpc(db.pool)({ caller: callerNamed(user), workspaceId });
const remove = (user: string, workspaceId: string, etag = '') =>
  deleteWorkspaceRpc(db.pool)({ caller: callerNamed(user), workspaceId, etag, idempotencyKey: '' });
const sql = (text: string, ...values: unknown[]) => db.pool.query(text, values);

/** The same numbers every time, so that a failure comes again. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % sides;
  };
}

/** A workspace with whatever a workspace can have, each now and then. */
async function anything(roll: (sides: number) => number): Promise<[organization: Organization, id: string]> {
  const organization = (['auto', 'hand', 'bare'] as const)[roll(3)] ?? 'auto';
  const roles: Role[] = ['ADMIN', 'ADMIN', 'WRITE', 'READ'];
  const members = NAMES.flatMap((name) => {
    const role = roles[roll(6)];
    return role ? [[`${organization}-${name}`, role] as const] : [];
  });
  const id = await addWorkspace(db.pool, organization, Object.fromEntries(members));
  const buckets: string[] = [];
  for (let n = roll(4) - 1; n > 0; n--) buckets.push(await addBucket(db.pool, id));
  if (roll(5) === 0) await addRepository(db.pool, id, buckets);
  if (roll(2) === 0)
    for (const table of ['bucket', 'repository'])
      await sql(`update ${table} set delete_time = now() where workspace_id = $1`, id);
  if (roll(5) === 0) await hold(db.pool, id);
  if (roll(6) === 0) await hold(db.pool, id, false);
  if (roll(3) === 0)
    await sql(`update hold set release_time = now(), released_by = 'o' where workspace_id = $1`, id);
  await sql(
    `update workspace set is_default = false where organization_id = $1 and is_default`,
    organization,
  );
  if (roll(6) === 0) await sql(`update workspace set is_default = true where workspace_id = $1`, id);
  const past = roll(8);
  const free =
    (await sql(`select from hold where workspace_id = $1 and release_time is null`, id)).rowCount === 0;
  const empty =
    buckets.length === 0 ||
    (await sql(`select from bucket where workspace_id = $1 and delete_time is null`, id)).rowCount === 0;
  if (past < 2 && free && empty) {
    await sql(`update repository set delete_time = now() where workspace_id = $1`, id);
    await sql(`update workspace set is_default = false where workspace_id = $1`, id);
    await softDelete(db.pool, id);
    if (past === 0) await restoreWorkspace(db.pool, { workspaceId: id, caller: undefined, operator: 'o' });
  }
  return [organization, id];
}

describe('PreviewDeletion', () => {
  it('of whatever workspace tells exactly what its deletion then does, and changes nothing', async () => {
    const roll = dice(7);
    const seen = new Map<string, number>();
    for (let n = 0; n < 200; n++) {
      const [organization, id] = await anything(roll);
      const user = `${organization}-${NAMES[roll(7)] ?? 'ann'}`;
      const before = await dump(db.pool);
      const previewed = await preview(user, id).catch((thrown: unknown) => thrown as RefusalError);
      expect(await dump(db.pool)).toEqual(before);

      if (previewed instanceof RefusalError) {
        // Caller, existence and right are refused alike.
        const { code, reason, facts } = previewed;
        await expect(remove(user, id)).rejects.toMatchObject({ code, reason, facts });
        expect(await dump(db.pool)).toEqual(before);
        seen.set(reason, (seen.get(reason) ?? 0) + 1);
        continue;
      }
      const { etag, refusals, members, previewTime, purgeTime, purgeMode, sweepTime } = previewed;
      seen.set(refusals.join(' '), (seen.get(refusals.join(' ')) ?? 0) + 1);
      if (refusals.length > 0) {
        // DELETE says the first of them.
        expect(await reasonOf(remove(user, id, etag))).toBe(refusals[0]);
        expect(await dump(db.pool)).toEqual(before);
        continue;
      }
      const { deletion } = await remove(user, id, etag);
      const suspended = await sql(
        `select user_id from membership where workspace_id = $1 and suspended_epoch = $2 order by user_id`,
        id,
        deletion?.epoch,
      );
      expect(members.map((m) => m.userId)).toEqual(
        suspended.rows.map((row: { user_id: string }) => row.user_id),
      );
      const { delete_time, purge_time, purge_mode } = (
        await sql(`select * from deletion where deletion_id = $1`, deletion?.deletionId)
      ).rows[0] as { delete_time: Date; purge_time: Date | null; purge_mode: string | null };
      expect(delete_time.getTime()).toBeGreaterThanOrEqual(previewTime!.getTime());
      expect(purgeTime && purgeTime.getTime() - previewTime!.getTime()).toBe(
        (purge_time && purge_time.getTime() - delete_time.getTime()) ?? undefined,
      );
      expect(sweepTime && sweepTime.getTime() - previewTime!.getTime()).toBe(
        deletion?.sweepTime && deletion.sweepTime.getTime() - delete_time.getTime(),
      );
      const modes = { automatic: PurgeMode.AUTOMATIC, manual: PurgeMode.MANUAL };
      expect(purgeMode).toBe(modes[purge_mode as keyof typeof modes] ?? PurgeMode.UNSPECIFIED);
    }
    // Whatever there is to be told was told.
    const reasons = ['WORKSPACE_HAS_RESOURCES', 'HELD', 'DEFAULT_WORKSPACE'];
    for (const reason of [
      ...['', ...reasons, reasons.slice(0, 2).join(' '), 'USER_NOT_VALIDATED', 'WORKSPACE_NOT_FOUND'],
      ...['INSUFFICIENT_PERMISSIONS', 'WORKSPACE_ALREADY_DELETED'],
    ])
      expect(seen.get(reason), `${reason} in ${JSON.stringify([...seen])}`).toBeGreaterThan(0);
  }, 240_000);

  it('shows the first hundred of each by id, and counts them all', async () => {
    const id = await addWorkspace(db.pool, 'auto', { 'auto-ann': 'ADMIN', 'auto-bob': 'READ' });
    const [buckets, repositories]: [string[], string[]] = [[], []];
    for (let n = 0; n < 103; n++) buckets.push(await addBucket(db.pool, id));
    for (let n = 0; n < 101; n++) repositories.push(await addRepository(db.pool, id, buckets.slice(0, 2)));
    await hold(db.pool, id);
    await hold(db.pool, id, false);
    const shown = await preview('auto-ann', id);
    expect(shown.buckets.map((b) => b.bucketId)).toEqual([...buckets].sort().slice(0, 100));
    expect(shown.repositories.map((r) => r.repositoryId)).toEqual([...repositories].sort().slice(0, 100));
    expect(shown.repositories[0]?.bucketIds).toEqual(buckets.slice(0, 2).sort());
    expect([shown.bucketCount, shown.repositoryCount]).toEqual([103, 101]);
    expect(shown.refusals).toEqual(['WORKSPACE_HAS_RESOURCES', 'HELD']);
    expect(
      shown.holds
        .map((h) => [h.origin, h.byOperator, h.releaseTime])
        .sort()
        .reverse(),
    ).toEqual([
      ['court', true, undefined],
      ['court', false, undefined],
    ]);
    expect(shown.members.map((m) => m.userId)).toEqual(['auto-ann', 'auto-bob']);
    expect(shown).toMatchObject({ workspaceId: id, organizationId: 'auto', purgeMode: PurgeMode.AUTOMATIC });
  });

  it('is as good as its etag: what changed since is not deleted by it', async () => {
    const id = await addWorkspace(db.pool, 'auto', { 'auto-ann': 'ADMIN' });
    const { etag } = await preview('auto-ann', id);
    await sql(`update workspace set name = 'another', revision = revision + 1 where workspace_id = $1`, id);
    expect(await reasonOf(remove('auto-ann', id, etag))).toBe('ETAG_MISMATCH');
    await remove('auto-ann', id, (await preview('auto-ann', id)).etag);
  });

  it('of a workspace that is none, another organization’s, deleted or granted is refused as its deletion', async () => {
    const id = await addWorkspace(db.pool, 'auto', { 'auto-ann': 'ADMIN', 'auto-bob': 'WRITE' });
    expect(await reasonOf(preview('hand-ann', id))).toBe('WORKSPACE_NOT_FOUND');
    for (const unknown of [randomUUID(), 'no id', ''])
      expect(await reasonOf(preview('auto-ann', unknown))).toBe('WORKSPACE_NOT_FOUND');
    expect(await reasonOf(preview('auto-bob', id))).toBe('INSUFFICIENT_PERMISSIONS');
    expect(await reasonOf(preview('auto-owner', id))).toBe('INSUFFICIENT_PERMISSIONS');
    const { deletion_id } = await softDelete(db.pool, id);
    await expect(preview('auto-ann', id)).rejects.toMatchObject({
      reason: 'WORKSPACE_ALREADY_DELETED',
      facts: { deletionId: deletion_id, restorable: 'true' },
    });
    expect(await reasonOf(preview('auto-bob', id))).toBe('WORKSPACE_NOT_FOUND');
    await sql(`alter table deletion disable trigger deletion_moves`);
    await sql(
      `update deletion set delete_time = delete_time - interval '2 hours', purge_time = purge_time - interval '2 hours' where workspace_id = $1`,
      id,
    );
    await sql(`alter table deletion enable trigger deletion_moves`);
    expect((await byLoop(db.pool, 'auto', id)).kind).toBe('granted');
    await expect(preview('auto-ann', id)).rejects.toMatchObject({ facts: { restorable: 'false' } });
  });
});
