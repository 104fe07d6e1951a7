import { many, type Queryable } from '@lethe/postgres';

/** Candidates only: what may really be purged is decided by the grant. Held ones stay candidates, and are passed over here. */
export function listDue(
  db: Queryable,
  limit: number,
): Promise<{ organization_id: string; workspace_id: string }[]> {
  return many(
    db,
    `select d.organization_id, d.workspace_id
       from deletion d
      where d.state = 'scheduled'
        and d.purge_mode = 'automatic'
        and d.purge_time <= now()
        and not exists (select from hold h where h.workspace_id = d.workspace_id and h.release_time is null)
      order by d.purge_time
      limit $1`,
    [limit],
  );
}
