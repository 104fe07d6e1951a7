import { execute, maybeOne, one, type Queryable } from '@lethe/postgres';

export interface ReleasedPage {
  readonly organization_id: string;
  readonly first_block: string;
  readonly last_block: string;
  readonly rows: number;
  readonly swept: number;
  readonly cut: number;
  readonly row_digest: Buffer;
  readonly blocked_left: number | null;
}

/** A page that still waits for its receipt, locked; none while a person has to look at the purge. */
export function lockReleasedPage(
  tx: Queryable,
  realmId: string,
  epoch: number,
  pageNo: number,
): Promise<ReleasedPage | undefined> {
  return maybeOne<ReleasedPage>(
    tx,
    `select purge.organization_id, page.first_block, page.last_block, page.rows, page.swept, page.cut, page.row_digest,
            page.blocked_left
       from page
       join purge using (realm_id)
      where page.realm_id = $1
        and purge.epoch = $2
        and page.page_no = $3
        and page.state = 'released'
        and purge.attention is null
        for update of page`,
    [realmId, epoch, pageNo],
  );
}

/** Any number: these locks stay apart from others of this database. */
const BLOCKED_SEED = 5_190_337;

/**
 * Until the transaction ends, no other receipt blocks or unblocks a page of this purge. Behind a page's own lock, and nobody who
 * holds this one waits for another page. The purge's row is left alone: its steps go on.
 */
export async function lockBlocked(tx: Queryable, realmId: string): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock(hashtextextended($1, ${BLOCKED_SEED}))`, [realmId]);
}

/** Is a page of the purge blocked? Exact behind {@link lockBlocked}. */
export async function isBlocked(tx: Queryable, realmId: string): Promise<boolean> {
  const { blocked } = await one<{ blocked: boolean }>(
    tx,
    `select exists (select from page where realm_id = $1 and state = 'released' and blocked_left is not null) as blocked`,
    [realmId],
  );
  return blocked;
}

export function settlePage(tx: Queryable, realmId: string, pageNo: number): Promise<{ time: Date }> {
  return one<{ time: Date }>(
    tx,
    `update page
        set state = 'settled', settle_time = clock_timestamp(), in_flight = false, given_time = null,
            blocked_left = null, blocked_reason = null, blocked_until = null, block_time = null
      where realm_id = $1 and page_no = $2
     returning settle_time as time`,
    [realmId, pageNo],
  );
}

/** To be released again at once, with the rows that are there now. One that is blocked stays so until they are gone. */
export function releaseAgain(tx: Queryable, realmId: string, pageNo: number): Promise<number> {
  return execute(
    tx,
    `update page set release_time = null, in_flight = false, given_time = null where realm_id = $1 and page_no = $2`,
    [realmId, pageNo],
  );
}

export function blockPage(
  tx: Queryable,
  realmId: string,
  pageNo: number,
  blocked: { left: number; reason: string; until: Date | null },
): Promise<{ time: Date }> {
  return one<{ time: Date }>(
    tx,
    `update page
        set in_flight = false, given_time = null, block_time = coalesce(block_time, clock_timestamp()),
            blocked_left = $3, blocked_reason = $4, blocked_until = $5
      where realm_id = $1 and page_no = $2
     returning date_trunc('milliseconds', clock_timestamp()) as time`,
    [realmId, pageNo, blocked.left, blocked.reason, blocked.until],
  );
}

/**
 * Rings the purge's own doorbell once no more of its pages than that are on their way: there is room in the window. A step that is
 * under way did not see it, and will be made again.
 */
export function stepSoon(db: Queryable, realmId: string, mostInFlight: number): Promise<number> {
  return execute(
    db,
    `update purge
        set next_step_time = clock_timestamp()
      where realm_id = $1 and report_time is null
        and (select count(*) from page where realm_id = $1 and in_flight) <= $2`,
    [realmId, mostInFlight],
  );
}

/** Rings for the purge that has waited longest for room among the pages of all, of those that nothing rang for: there is room. */
export function ringNextInLine(db: Queryable): Promise<number> {
  return execute(
    db,
    `update purge
        set next_step_time = clock_timestamp()
      where realm_id = (select realm_id
                          from purge
                         where room_time is not null and attention is null and next_step_time > clock_timestamp()
                         order by room_time
                         limit 1
                           for update skip locked)`,
  );
}
