import { execute, many, maybeOne, type Queryable } from '@lethe/postgres';

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
  /** Orders to try again that were followed. */
  readonly retries: number;
  /** What held it when a step was last to be made. */
  readonly held: 'paused' | 'blocks_kept' | 'blocks_delayed' | null;
  /** From when on its blocks may go, as the grant said then. */
  readonly sweep_time: Date | null;
  /** The kind of failure of the last step, and since when steps fail in a row. */
  readonly failure: string | null;
  readonly fail_time: Date | null;
  /** Since when it waits for room among the pages of all purges. */
  readonly room_time: Date | null;
  /** Since the fence, by the database's clock when this row was read. */
  readonly fenced_seconds: number | null;
  /** When this row was read, by the database's clock. */
  readonly read_time: Date;
  /** When it was to be looked at, to the microsecond. */
  readonly scheduled: string;
}

/** A {@link PurgeRow}. */
export const ROW = `*, next_step_time::text as scheduled,
  extract(epoch from clock_timestamp() - fence_time)::float8 as fenced_seconds,
  date_trunc('milliseconds', clock_timestamp()) as read_time`;

const IS_OPEN = `report_time is null and attention is null`;

/**
 * Purges with a step to make, round robin over organizations: of each the one first that waits longest, then of each the next.
 * What needs attention is not among them. Walks from organization to organization, so that one with thousands costs no more.
 */
export function listSteppable(db: Queryable, limit: number): Promise<PurgeRow[]> {
  return many<PurgeRow>(
    db,
    `with recursive organization (organization_id) as (
       (select organization_id from purge where ${IS_OPEN} order by organization_id limit 1)
       union all
       select (select purge.organization_id
                 from purge
                where ${IS_OPEN} and purge.organization_id > organization.organization_id
                order by purge.organization_id
                limit 1)
         from organization
        where organization_id is not null
     )
     select ${ROW}
       from organization
      cross join lateral (select purge.*, row_number() over (order by next_step_time) as turn
                            from (select *
                                    from purge
                                   where purge.organization_id = organization.organization_id and ${IS_OPEN}
                                     and next_step_time <= clock_timestamp()
                                   order by next_step_time
                                   limit $1) purge) due
      order by turn, next_step_time
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

/**
 * When it is looked at again, unless something rang since the step began: then what the step saw is old, and it is looked at again
 * at once. `failure` says what kind of failure it ended with, if any.
 */
export function scheduleStep(
  db: Queryable,
  { realm_id: realmId, scheduled }: Pick<PurgeRow, 'realm_id' | 'scheduled'>,
  inMs: number,
  failure: string | null = null,
): Promise<number> {
  return execute(
    db,
    `update purge
        set next_step_time = case when next_step_time = $4::timestamptz
                                  then clock_timestamp() + make_interval(secs => $2::float8 / 1000)
                                  else next_step_time end,
            failures = case when $3::text is null then 0 else failures + 1 end,
            failure = $3,
            fail_time = case when $3 is null then null
                             when failures = 0 then clock_timestamp()
                             else coalesce(fail_time, clock_timestamp()) end
      where realm_id = $1`,
    [realmId, inMs, failure, scheduled],
  );
}

/** Halts it where the step that asked for it found it: what has moved on since, or has begun anew, is left alone. Answers 1 when it is halted. */
export function needAttention(
  db: Queryable,
  { realm_id, epoch, state }: Pick<PurgeRow, 'realm_id' | 'epoch' | 'state'>,
  reason: string,
): Promise<number> {
  return execute(
    db,
    `update purge set attention = $4 where realm_id = $1 and epoch = $2 and state = $3 and attention is null`,
    [realm_id, epoch, state, reason],
  );
}

/** What holds it, as the grant said when a step was to be made: for who looks at it; no step believes it. */
export function setHeld(
  db: Queryable,
  { realm_id, epoch }: Pick<PurgeRow, 'realm_id' | 'epoch'>,
  held: PurgeRow['held'],
  sweepTime: Date | null,
): Promise<number> {
  return execute(db, `update purge set held = $3, sweep_time = $4 where realm_id = $1 and epoch = $2`, [
    ...[realm_id, epoch],
    ...[held, sweepTime],
  ]);
}

export interface PageSums {
  readonly realm_id: string;
  readonly pages: number;
  readonly settled: number;
  readonly rows: number;
  readonly swept: number;
  readonly retained: number;
  /** Rows of pages that settled within the last minute. */
  readonly rows_lately: number;
  readonly in_flight: number;
  /** Of those in flight: no receipt came for longer than one is waited for. */
  readonly silent: number;
  readonly silent_since: Date | null;
  readonly blocked_pages: number;
  readonly blocked_rows: number;
  readonly blocked: number;
  readonly blocked_reason: string | null;
  readonly blocked_reasons: number;
  readonly blocked_since: Date | null;
  readonly blocked_until: Date | null;
  /** Now, by the database's clock. */
  readonly time: Date;
}

const RECEIPT_MS = 60_000;
const SETTLED = `filter (where state = 'settled')`;
const BLOCKED = `filter (where state = 'released' and blocked_left is not null)`;
const SILENT = `filter (where in_flight and given_time < clock_timestamp() - make_interval(secs => $2::float8 / 1000))`;

/** Where the pages of each purge stand, one answer for each id, in their order; `rows`, `swept` and `retained` are of settled ones. */
export function sumPagesOfEach(
  db: Queryable,
  realmIds: readonly string[],
  receiptMs = RECEIPT_MS,
): Promise<PageSums[]> {
  return many<PageSums>(
    db,
    `select wanted.realm_id, sums.*, date_trunc('milliseconds', clock_timestamp()) as time
       from unnest($1::uuid[]) with ordinality as wanted (realm_id, n)
      cross join lateral (
        select count(*) as pages,
               count(*) ${SETTLED} as settled,
               coalesce(sum(rows) ${SETTLED}, 0)::bigint as rows,
               coalesce(sum(swept) ${SETTLED}, 0)::bigint as swept,
               coalesce(sum(rows - swept) ${SETTLED}, 0)::bigint as retained,
               coalesce(sum(rows) filter (where settle_time > clock_timestamp() - interval '1 minute'), 0)::bigint as rows_lately,
               count(*) filter (where in_flight) as in_flight,
               count(*) ${SILENT} as silent,
               min(given_time) ${SILENT} as silent_since,
               count(*) ${BLOCKED} as blocked_pages,
               coalesce(sum(rows) ${BLOCKED}, 0)::bigint as blocked_rows,
               coalesce(sum(blocked_left) ${BLOCKED}, 0)::bigint as blocked,
               min(blocked_reason) ${BLOCKED} as blocked_reason,
               count(distinct blocked_reason) ${BLOCKED} as blocked_reasons,
               min(block_time) ${BLOCKED} as blocked_since,
               min(blocked_until) ${BLOCKED} as blocked_until
          from page
         where page.realm_id = wanted.realm_id) sums
      order by n`,
    [realmIds, receiptMs],
  );
}

/** Where the pages of a purge stand. */
export async function sumPages(db: Queryable, realmId: string): Promise<PageSums> {
  return (await sumPagesOfEach(db, [realmId]))[0] as PageSums;
}
