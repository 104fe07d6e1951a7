import { execute, type Queryable } from '@lethe/postgres';

/** A workspace whose creator is its ADMIN. */
export function insertWorkspace(
  tx: Queryable,
  row: { workspaceId: string; organizationId: string; name: string; createdBy: string },
): Promise<number> {
  return execute(
    tx,
    `with created as (
       insert into workspace (workspace_id, organization_id, name, state, epoch, created_by)
       values ($1, $2, $3, 'active', 0, $4)
       returning workspace_id, created_by
     )
     insert into membership (workspace_id, user_id, role)
     select workspace_id, created_by, 'ADMIN' from created`,
    [row.workspaceId, row.organizationId, row.name, row.createdBy],
  );
}
