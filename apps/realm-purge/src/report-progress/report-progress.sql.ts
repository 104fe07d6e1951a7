import { many, type Queryable } from '@lethe/postgres';
import type { PurgeRow } from '../purge/purge.sql.js';

export type ProgressingRow = PurgeRow & { readonly releasing_seconds: number | null };

/** Purges under way behind the one before, in key order, with how long they have been releasing by this clock. */
export function listProgressing(db: Queryable, after: string, limit: number): Promise<ProgressingRow[]> {
  return many<ProgressingRow>(
    db,
    `select *, extract(epoch from coalesce(close_time, clock_timestamp()) - count_time)::float8 as releasing_seconds
       from purge
      where (state <> 'ordered' or attention is not null) and report_time is null and realm_id > $1
      order by realm_id
      limit $2`,
    [after, limit],
  );
}
