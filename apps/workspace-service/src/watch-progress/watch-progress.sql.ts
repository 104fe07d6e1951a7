import { many, type Queryable } from '@lethe/postgres';
import type { DeletionRow, ProgressRow } from '../deletion/deletion.sql.js';

/** Purges under way, longest first, behind the one before. */
export function listOpenDeletions(
  db: Queryable,
  after: DeletionRow | undefined,
  limit: number,
): Promise<DeletionRow[]> {
  return many<DeletionRow>(
    db,
    `select d.*
       from deletion d
      where d.state = 'purging'
        and ($1::timestamptz is null or (d.grant_time, d.deletion_id) > ($1, $2::uuid))
      order by d.grant_time, d.deletion_id
      limit $3`,
    [after?.grant_time, after?.deletion_id, limit],
  );
}

/** What was last said of each. */
export function listReportsOf(db: Queryable, deletionIds: readonly string[]): Promise<ProgressRow[]> {
  return many<ProgressRow>(
    db,
    `select deletion_id, participant, progress, conditions, report_time, change_time
       from deletion_progress
      where deletion_id = any($1::uuid[])`,
    [deletionIds],
  );
}
