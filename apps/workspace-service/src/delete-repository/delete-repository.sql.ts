import { execute, type Queryable } from '@lethe/postgres';

/** Softly. */
export function deleteRepository(
  tx: Queryable,
  organizationId: string,
  repositoryId: string,
): Promise<number> {
  return execute(
    tx,
    `update repository r
        set delete_time = clock_timestamp()
       from workspace w
      where w.organization_id = $1
        and r.workspace_id = w.workspace_id
        and r.repository_id = $2
        and r.delete_time is null`,
    [organizationId, repositoryId],
  );
}
