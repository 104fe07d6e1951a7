import { execute, many, one, type Queryable } from '@lethe/postgres';
import type { DeletionRow } from '../deletion/deletion.sql.js';

/**
 * Makes a revocation under way be seen by the restore behind this, and a later one wait until it can see what it makes an orphan:
 * nobody who is revoked comes back in unseen.
 */
export async function lockFormerMembers(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<void> {
  await execute(
    tx,
    `select from membership m
       join account a using (user_id)
      where a.organization_id = $1 and m.workspace_id = $2
      order by user_id
        for share of a`,
    [organizationId, workspaceId],
  );
}

/** Back to active, and to the members of that epoch who are still users of the organization, with the roles they had. */
export function restore(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  restoredBy: string,
): Promise<DeletionRow> {
  return one<DeletionRow>(
    tx,
    `with restored as (
       update workspace
          set state = 'active', epoch = epoch + 1, revision = revision + 1
        where organization_id = $1 and workspace_id = $2 and state = 'deleted'
       returning workspace_id, epoch - 1 as deletion_epoch
     ), readmitted as (
       update membership m
          set suspended_epoch = null
         from restored, account a
        where m.workspace_id = restored.workspace_id
          and m.suspended_epoch = restored.deletion_epoch
          and a.user_id = m.user_id
          and a.organization_id = $1
          and a.revoke_time is null
     )
     update deletion d
        set restore_time = clock_timestamp(), restored_by = $3
       from restored
      where d.workspace_id = restored.workspace_id and d.epoch = restored.deletion_epoch and d.state = 'scheduled'
     returning d.*`,
    [organizationId, workspaceId, restoredBy],
  );
}

/** Who was a member at the deletion of this epoch and was revoked since. */
export async function omittedMembers(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  deletionEpoch: number,
): Promise<string[]> {
  const rows = await many<{ user_id: string }>(
    tx,
    `select user_id
       from membership
       join workspace using (workspace_id)
      where organization_id = $1 and workspace_id = $2 and suspended_epoch = $3
      order by user_id`,
    [organizationId, workspaceId, deletionEpoch],
  );
  return rows.map((row) => row.user_id);
}
