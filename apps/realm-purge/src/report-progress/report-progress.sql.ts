import { many, type Queryable } from '@lethe/postgres';
import { ROW, type PurgeRow } from '../purge/purge.sql.js';

/** Purges under way behind the one before, in key order. */
export function listProgressing(db: Queryable, after: string, limit: number): Promise<PurgeRow[]> {
  return many<PurgeRow>(
    db,
    `select ${ROW}
       from purge
      where (state <> 'ordered' or attention is not null) and report_time is null and realm_id > $1
      order by realm_id
      limit $2`,
    [after, limit],
  );
}
