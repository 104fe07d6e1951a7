import { execute, many, type Queryable } from '@lethe/postgres';

/** The organization's default, in whatever state it is, and this one. */
export function lockDefaultAnd(tx: Queryable, organizationId: string, workspaceId: string): Promise<number> {
  return execute(
    tx,
    `select from workspace
      where organization_id = $1 and (is_default or workspace_id = $2)
      order by workspace_id
        for update`,
    [organizationId, workspaceId],
  );
}

/** From whichever other workspace has it; behind the lock on it. Before it is given: two defaults are refused by the index. */
export async function takeDefault(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
): Promise<string[]> {
  const rows = await many<{ workspace_id: string }>(
    tx,
    `update workspace
        set is_default = false, revision = revision + 1
      where organization_id = $1 and is_default and workspace_id <> $2
     returning workspace_id`,
    [organizationId, workspaceId],
  );
  return rows.map((row) => row.workspace_id);
}

/** What is undefined stays as it is. */
export function changeWorkspace(
  tx: Queryable,
  organizationId: string,
  workspaceId: string,
  { name, isDefault }: { readonly name: string | undefined; readonly isDefault: boolean | undefined },
): Promise<number> {
  return execute(
    tx,
    `update workspace
        set name = coalesce($3, name), is_default = coalesce($4, is_default), revision = revision + 1
      where organization_id = $1 and workspace_id = $2 and state = 'active'`,
    [organizationId, workspaceId, name ?? null, isDefault ?? null],
  );
}
