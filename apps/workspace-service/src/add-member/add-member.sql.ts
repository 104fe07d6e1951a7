import { execute, type Queryable } from '@lethe/postgres';
import type { Place } from '../member/changing-members.js';
import type { Role } from '../workspace/workspace-state.js';

/** Whether a user of the organization is there and not revoked. The lock makes a revocation under way be seen, and a later one wait. */
export async function lockTargetUser(
  tx: Queryable,
  { organizationId, userId }: Omit<Place, 'workspaceId'>,
): Promise<boolean> {
  const locked = await execute(
    tx,
    `select from account where organization_id = $1 and user_id = $2 and revoke_time is null for share`,
    [organizationId, userId],
  );
  return locked === 1;
}

/** Takes over what an earlier deletion left of a member who stayed out of its restore. False: the user is a member. */
export async function insertMember(
  tx: Queryable,
  { organizationId, workspaceId, userId }: Place,
  role: Role,
): Promise<boolean> {
  const inserted = await execute(
    tx,
    `insert into membership (workspace_id, user_id, role)
     select w.workspace_id, $3, $4
       from workspace w
      where w.organization_id = $1 and w.workspace_id = $2
     on conflict (workspace_id, user_id) do update
        set role = excluded.role, suspended_epoch = null
      where membership.suspended_epoch is not null`,
    [organizationId, workspaceId, userId, role],
  );
  return inserted === 1;
}
