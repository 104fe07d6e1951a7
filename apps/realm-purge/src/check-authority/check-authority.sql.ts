import { many, type Queryable } from '@lethe/postgres';

export interface ReportedRow {
  readonly realm_id: string;
  readonly organization_id: string;
  readonly epoch: number;
}

/** Purges that are over, in key order behind the one before. */
export function listReported(db: Queryable, after: string, limit: number): Promise<ReportedRow[]> {
  return many<ReportedRow>(
    db,
    `select realm_id, organization_id, epoch
       from purge
      where report_time is not null and realm_id > $1
      order by realm_id
      limit $2`,
    [after, limit],
  );
}
