import { execute, maybeOne, type Queryable } from '@lethe/postgres';
import type { Role } from '../workspace/workspace-state.js';
import type { Place } from './changing-members.js';

/** The role of a member who counts. Whoever was suspended by a deletion and stayed out of its restore is none. */
export function findMember(
  tx: Queryable,
  { organizationId, workspaceId, userId }: Place,
): Promise<{ role: Role } | undefined> {
  return maybeOne<{ role: Role }>(
    tx,
    `select m.role
       from membership m
       join workspace w using (workspace_id)
      where w.organization_id = $1 and w.workspace_id = $2 and m.user_id = $3 and m.suspended_epoch is null`,
    [organizationId, workspaceId, userId],
  );
}

/**
 * Whether somebody else is ADMIN and not revoked, e-mail address validated or not. The lock makes a revocation under way be seen,
 * and a later one wait, so that it sees what it makes an orphan.
 */
export async function hasAnotherAdmin(
  tx: Queryable,
  { organizationId, workspaceId, userId }: Place,
): Promise<boolean> {
  const others = await execute(
    tx,
    `select from membership m
       join workspace w using (workspace_id)
       join account a using (user_id)
      where w.organization_id = $1
        and w.workspace_id = $2
        and m.user_id <> $3
        and m.role = 'ADMIN'
        and m.suspended_epoch is null
        and a.revoke_time is null
      order by a.user_id
      limit 1
        for share of a`,
    [organizationId, workspaceId, userId],
  );
  return others === 1;
}
