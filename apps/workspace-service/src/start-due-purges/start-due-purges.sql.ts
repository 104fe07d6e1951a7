import { many, type Queryable } from '@lethe/postgres';

export interface DueRow {
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly purge_time: Date;
  readonly deletion_id: string;
}

/** Candidates only: what may really be purged is decided by the grant. Held ones stay candidates, and are passed over here. */
export function listDue(db: Queryable, after: DueRow | undefined, limit: number): Promise<DueRow[]> {
  return many(
    db,
    `select d.organization_id, d.workspace_id, d.purge_time, d.deletion_id
       from deletion d
      where d.state = 'scheduled'
        and d.purge_mode = 'automatic'
        and d.purge_time <= now()
        and not exists (select from hold h where h.workspace_id = d.workspace_id and h.release_time is null)
        and ($1::timestamptz is null or (d.purge_time, d.deletion_id) > ($1, $2::uuid))
      order by d.purge_time, d.deletion_id
      limit $3`,
    [after?.purge_time, after?.deletion_id, limit],
  );
}
