import { execute, type Queryable } from '@lethe/postgres';
import type { Place } from '../member/changing-members.js';

export function deleteMember(tx: Queryable, { organizationId, workspaceId, userId }: Place): Promise<number> {
  return execute(
    tx,
    `delete from membership m
      using workspace w
      where w.organization_id = $1
        and w.workspace_id = $2
        and m.workspace_id = w.workspace_id
        and m.user_id = $3
        and m.suspended_epoch is null`,
    [organizationId, workspaceId, userId],
  );
}
