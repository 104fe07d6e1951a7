import { execute, one, type Queryable } from '@lethe/postgres';
import type { LimitRow } from '../limit/limit.js';

/** The bucket stays as it is: neither a limit set again nor another one fills it, and debt is paid back by the new rate. */
export function setLimit(
  db: Queryable,
  store: string,
  blocksPerSecond: number,
  setBy: string,
): Promise<LimitRow> {
  return one<LimitRow>(
    db,
    `insert into sweep_limit (store, blocks_per_second, set_by)
     values ($1, $2, $3)
     on conflict (store) do update
        set blocks_per_second = excluded.blocks_per_second, set_by = excluded.set_by, set_time = clock_timestamp()
     returning store, blocks_per_second, set_by, set_time`,
    [store, blocksPerSecond, setBy],
  );
}

export function removeLimit(db: Queryable, store: string): Promise<number> {
  return execute(db, `delete from sweep_limit where store = $1`, [store]);
}
