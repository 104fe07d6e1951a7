import { execute, type Queryable } from '@lethe/postgres';
import type { Place } from '../member/changing-members.js';
import type { Role } from '../workspace/workspace-state.js';

export function setRole(
  tx: Queryable,
  { organizationId, workspaceId, userId }: Place,
  role: Role,
): Promise<number> {
  return execute(
    tx,
    `update membership m
        set role = $4
       from workspace w
      where w.organization_id = $1
        and w.workspace_id = $2
        and m.workspace_id = w.workspace_id
        and m.user_id = $3
        and m.suspended_epoch is null`,
    [organizationId, workspaceId, userId, role],
  );
}
