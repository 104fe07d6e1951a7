import { one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/**
 * The whole soft deletion in one statement, behind the lock: state and epoch, memberships suspended (not dropped), the deletion
 * with its times frozen by this clock from the organization's policy. Without a policy it gets no purge time: never purged.
 */
export function scheduleDeletion(
  tx: Queryable,
  deletionId: string,
  workspaceId: string,
  requestedBy: string,
): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `with clock as (
       select clock_timestamp()::timestamptz(3) as delete_time
     ), deleted as (
       update workspace
          set state = 'deleted', epoch = epoch + 1, revision = revision + 1
        where workspace_id = $2 and state = 'active'
       returning workspace_id, organization_id, epoch
     ), suspended as (
       update membership m
          set suspended_epoch = deleted.epoch
         from deleted
        where m.workspace_id = deleted.workspace_id and m.suspended_epoch is null
     )
     insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by,
                           delete_time, purge_time, purge_mode)
     select $1, deleted.workspace_id, deleted.organization_id, deleted.epoch, 'deletion_planned', $3,
            clock.delete_time, clock.delete_time + make_interval(secs => policy.grace_seconds), policy.purge_mode
       from deleted
      cross join clock
       left join deletion_policy policy using (organization_id)
     returning *`,
    [deletionId, workspaceId, requestedBy],
  );
}
