import { execute, one, type Queryable } from '@lethe/postgres';
import type { LimitRow } from '../limit/limit.js';

/** The bucket stays as it is: neither a limit set again nor another one fills it, and debt is paid back by the new rate. */
export function setLimit(
  db: Queryable,
  organizationId: string,
  blocksPerSecond: number,
  setBy: string,
): Promise<LimitRow> {
  return one<LimitRow>(
    db,
    `insert into release_limit (organization_id, blocks_per_second, set_by)
     values ($1, $2, $3)
     on conflict (organization_id) do update
        set blocks_per_second = excluded.blocks_per_second, set_by = excluded.set_by, set_time = clock_timestamp()
     returning organization_id, blocks_per_second, set_by, set_time`,
    [organizationId, blocksPerSecond, setBy],
  );
}

export function removeLimit(db: Queryable, organizationId: string): Promise<number> {
  return execute(db, `delete from release_limit where organization_id = $1`, [organizationId]);
}

/** Rings the organization's purges: one that waits for the old limit's bucket looks at the new one. */
export function stepOrganizationSoon(db: Queryable, organizationId: string): Promise<number> {
  return execute(
    db,
    `update purge
        set next_step_time = clock_timestamp()
      where organization_id = $1 and state = 'releasing' and report_time is null and attention is null
        and next_step_time > clock_timestamp()`,
    [organizationId],
  );
}
