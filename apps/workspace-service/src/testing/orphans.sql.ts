import { decodeEvent, type EventBodies } from '@lethe/contracts';
import { execute, many, type Pool } from '@lethe/postgres';

/** For tests: what was announced of orphans, and many of them at once. */
export async function announcementsOf(
  pool: Pool,
  workspaceId: string,
): Promise<EventBodies['workspace.orphaned'][]> {
  const rows = await many<{ payload: Buffer }>(
    pool,
    `select payload from outbox
      where headers ->> 'ce-type' = 'workspace.orphaned' and headers ->> 'ce-subject' = $1 order by append_no`,
    [workspaceId],
  );
  return rows.map((row) => decodeEvent('workspace.orphaned', row.payload));
}

/** Every workspace that was announced, as often as it was. */
export async function announced(pool: Pool, organizationId: string): Promise<string[]> {
  const rows = await many<{ workspace_id: string }>(
    pool,
    `select headers ->> 'ce-subject' as workspace_id
       from outbox join workspace on workspace_id::text = headers ->> 'ce-subject'
      where headers ->> 'ce-type' = 'workspace.orphaned' and organization_id = $1
      order by 1`,
    [organizationId],
  );
  return rows.map((row) => row.workspace_id);
}

/** Workspaces with one member each: their ids, in order. */
export async function addWorkspaces(
  pool: Pool,
  organizationId: string,
  userId: string,
  count: number,
): Promise<string[]> {
  const rows = await many<{ workspace_id: string }>(
    pool,
    `insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
     select gen_random_uuid(), $1, 'secret plans', 'active', 0, 'somebody' from generate_series(1, $2)
     returning workspace_id`,
    [organizationId, count],
  );
  const ids = rows.map((row) => row.workspace_id);
  await execute(
    pool,
    `insert into membership (workspace_id, user_id, role) select unnest($1::uuid[]), $2, 'ADMIN'`,
    [ids, userId],
  );
  return ids.sort();
}

/** Suspends a membership as a deletion of that epoch would have that was restored without this user. */
export async function leaveOut(
  pool: Pool,
  workspaceId: string,
  userId: string,
  epoch: number,
): Promise<void> {
  await execute(pool, `update membership set suspended_epoch = $3 where workspace_id = $1 and user_id = $2`, [
    workspaceId,
    userId,
    epoch,
  ]);
}
