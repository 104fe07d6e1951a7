import { many, type Queryable } from '@lethe/postgres';
import type { LimitRow } from './limit.js';

/** There are no more of them than stores. */
export function listLimits(db: Queryable): Promise<LimitRow[]> {
  return many<LimitRow>(
    db,
    `select store, blocks_per_second, set_by, set_time from sweep_limit order by store`,
  );
}
