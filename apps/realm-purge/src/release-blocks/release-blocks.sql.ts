import { execute, many, one, type Queryable } from '@lethe/postgres';

export interface PageRecord {
  readonly pageNo: number;
  readonly first: string;
  readonly last: string;
  readonly rows: number;
  readonly swept: number;
  readonly digest: Buffer;
  /** From 1; a page that is put together again gets the next. */
  readonly cut: number;
}

export function insertPage(tx: Queryable, realmId: string, page: PageRecord): Promise<number> {
  return execute(
    tx,
    `insert into page (realm_id, page_no, first_block, last_block, rows, swept, row_digest, state, in_flight,
                       release_time, releases)
     values ($1, $2, $3, $4, $5, $6, $7, 'released', true, clock_timestamp(), 1)`,
    [realmId, page.pageNo, page.first, page.last, page.rows, page.swept, page.digest],
  );
}

/** Released again, with its rows as they are now. */
export function updatePage(tx: Queryable, realmId: string, page: PageRecord): Promise<number> {
  return execute(
    tx,
    `update page
        set rows = $3, swept = $4, row_digest = $5, last_block = $6, cut = $7, in_flight = true,
            release_time = clock_timestamp(), releases = releases + 1
      where realm_id = $1 and page_no = $2 and state = 'released'`,
    [realmId, page.pageNo, page.rows, page.swept, page.digest, page.last, page.cut],
  );
}

export function moveCursor(tx: Queryable, realmId: string, last: string, nextPage: number): Promise<number> {
  return execute(tx, `update purge set release_cursor = $2, next_page = $3 where realm_id = $1`, [
    realmId,
    last,
    nextPage,
  ]);
}

export interface Outstanding {
  readonly released: number;
  readonly in_flight: number;
}

/** Pages without their rows gone, and those of them on their way. */
export function countOutstanding(tx: Queryable, realmId: string): Promise<Outstanding> {
  return one<Outstanding>(
    tx,
    `select count(*) as released, count(*) filter (where in_flight) as in_flight
       from page
      where realm_id = $1 and state = 'released'`,
    [realmId],
  );
}

export interface DuePage {
  readonly page_no: number;
  readonly cut: number;
  readonly first_block: string;
  readonly last_block: string;
}

/** The wait doubles with each release up to 64 times the first, so that a stopped sweeper does not fill the queue. */
const LONG_AGO = `release_time + make_interval(secs => $2::float8 / 1000 * power(2, least(6, releases - 1)))
                  < clock_timestamp()`;
const DUE = {
  /** Given to the queue long ago, and no receipt: lost, or in the hands of a sweeper that is stopped. */
  lost: `in_flight and ${LONG_AGO}`,
  /** The queue refused it, or its rows are not those it was given for. */
  returned: `not in_flight and release_time is null`,
  /** A lock that ends at a known time is awaited. */
  blocked: `not in_flight and ${LONG_AGO} and (blocked_until is null or blocked_until < clock_timestamp())`,
};

/** Pages that are to be released again, in page order. */
export function lockDue(
  tx: Queryable,
  why: keyof typeof DUE,
  realmId: string,
  rereleaseMs: number,
  limit: number,
): Promise<DuePage[]> {
  return many<DuePage>(
    tx,
    `select page_no, cut, first_block, last_block
       from page
      where realm_id = $1 and state = 'released' and $2::float8 > 0 and ${DUE[why]}
      order by page_no
      limit $3
        for update skip locked`,
    [realmId, rereleaseMs, limit],
  );
}

/** What was not given to the queue after all waits for room, and counts as not released. */
export function unrelease(db: Queryable, realmId: string, pages: readonly number[]): Promise<number> {
  return execute(
    db,
    `update page
        set release_time = null, in_flight = false, releases = greatest(0, releases - 1)
      where realm_id = $1 and page_no = any($2::bigint[]) and state = 'released'`,
    [realmId, pages],
  );
}
