import { many, type Queryable } from '@lethe/postgres';
import { ROW, type PurgeRow } from '../purge/purge.sql.js';

export type ProgressingRow = PurgeRow & {
  /** Of its organization's limit; null without one. */
  readonly limit_per_second: number | null;
  /** When the limit gives something again. */
  readonly limit_until: Date | null;
};

/** Purges under way behind the one before, in key order. */
export function listProgressing(db: Queryable, after: string, limit: number): Promise<ProgressingRow[]> {
  return many<ProgressingRow>(
    db,
    `select ${ROW}
       from purge
       left join lateral (select blocks_per_second as limit_per_second,
                                 date_trunc('milliseconds', refill_time + make_interval(
                                   secs => greatest(0, -tokens) / blocks_per_second)) as limit_until
                            from release_limit
                           where release_limit.organization_id = purge.organization_id) its_limit on true
      where (state <> 'ordered' or attention is not null) and report_time is null and realm_id > $1
      order by realm_id
      limit $2`,
    [after, limit],
  );
}
