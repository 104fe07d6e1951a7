import { many, type Queryable } from '@lethe/postgres';
import type { LimitRow } from '../limit/limit.js';

/** Limits of organizations behind `after`. */
export function listLimits(db: Queryable, after: string, limit: number): Promise<LimitRow[]> {
  return many<LimitRow>(
    db,
    `select organization_id, blocks_per_second, set_by, set_time
       from release_limit
      where organization_id > $1
      order by organization_id
      limit $2`,
    [after, limit],
  );
}
