import { execute, many, maybeOne, one, type Queryable } from '@lethe/postgres';

export type PurgeState = 'ordered' | 'fenced' | 'shredded' | 'releasing' | 'closed';

export interface PurgeRow {
  readonly realm_id: string;
  readonly organization_id: string;
  readonly epoch: number;
  readonly state: PurgeState;
  readonly order_time: Date;
  readonly fence_time: Date | null;
  readonly shred_time: Date | null;
  readonly count_time: Date | null;
  readonly close_time: Date | null;
  readonly report_time: Date | null;
  readonly removed: Record<string, number>;
  readonly blocks_total: number;
  readonly bytes_total: number;
  readonly count_cursor: string | null;
  readonly release_cursor: string | null;
  readonly next_page: number;
  readonly failures: number;
  readonly attention: string | null;
  /** When it was to be looked at, to the microsecond. */
  readonly scheduled: string;
}

const ROW = `*, next_step_time::text as scheduled`;

/** Purges with a step to make, those first that waited longest. What needs attention is not among them. */
export function listSteppable(db: Queryable, limit: number): Promise<PurgeRow[]> {
  return many<PurgeRow>(
    db,
    `select ${ROW}
       from purge
      where report_time is null and attention is null and next_step_time <= clock_timestamp()
      order by next_step_time
      limit $1`,
    [limit],
  );
}

/** The purge in this state, locked, or undefined when it has moved on or another replica has it in hand. */
export function lockPurge(tx: Queryable, realmId: string, state: PurgeState): Promise<PurgeRow | undefined> {
  return maybeOne<PurgeRow>(
    tx,
    `select ${ROW} from purge where realm_id = $1 and state = $2 and attention is null for update skip locked`,
    [realmId, state],
  );
}

export function findPurge(db: Queryable, realmId: string): Promise<PurgeRow | undefined> {
  return maybeOne<PurgeRow>(db, `select ${ROW} from purge where realm_id = $1`, [realmId]);
}

/** When it is looked at again, unless something rang since the step began: then what the step saw is old, and it is looked at again at once. */
export function scheduleStep(
  db: Queryable,
  { realm_id: realmId, scheduled }: Pick<PurgeRow, 'realm_id' | 'scheduled'>,
  inMs: number,
  failed: boolean,
): Promise<number> {
  return execute(
    db,
    `update purge
        set next_step_time = case when next_step_time = $4::timestamptz
                                  then clock_timestamp() + make_interval(secs => $2::float8 / 1000)
                                  else next_step_time end,
            failures = case when $3 then failures + 1 else 0 end
      where realm_id = $1`,
    [realmId, inMs, failed, scheduled],
  );
}

export function needAttention(db: Queryable, realmId: string, reason: string): Promise<number> {
  return execute(db, `update purge set attention = $2 where realm_id = $1 and attention is null`, [
    realmId,
    reason,
  ]);
}

export interface PageSums {
  readonly pages: number;
  readonly settled: number;
  readonly rows: number;
  readonly swept: number;
  readonly retained: number;
  readonly outstanding: number;
  readonly blocked_pages: number;
  readonly blocked: number;
  readonly blocked_reason: string | null;
  readonly blocked_until: Date | null;
}

/** Where the pages of a purge stand; `rows`, `swept` and `retained` are of settled ones. */
export async function sumPages(db: Queryable, realmId: string): Promise<PageSums> {
  return one<PageSums>(
    db,
    `select count(*) as pages,
            count(*) filter (where state = 'settled') as settled,
            coalesce(sum(rows) filter (where state = 'settled'), 0)::bigint as rows,
            coalesce(sum(swept) filter (where state = 'settled'), 0)::bigint as swept,
            coalesce(sum(rows - swept) filter (where state = 'settled'), 0)::bigint as retained,
            count(*) filter (where state = 'released' and blocked_left is null) as outstanding,
            count(*) filter (where state = 'released' and blocked_left is not null) as blocked_pages,
            coalesce(sum(blocked_left) filter (where state = 'released'), 0)::bigint as blocked,
            min(blocked_reason) filter (where state = 'released') as blocked_reason,
            min(blocked_until) filter (where state = 'released') as blocked_until
       from page
      where realm_id = $1`,
    [realmId],
  );
}
