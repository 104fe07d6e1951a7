import { execute, many, one, type Queryable } from '@lethe/postgres';
import { bucketColumn, type Bucket } from '@lethe/rate-limit';
import { RELEASE_LIMITS } from '../limit/limit.js';
import type { PurgeRow } from '../purge/purge.sql.js';
import type { Flying } from './room.js';

export interface PageRecord {
  readonly pageNo: number;
  readonly first: string;
  readonly last: string;
  readonly rows: number;
  readonly swept: number;
  readonly digest: Buffer;
  /** Higher each time that the page is put together; see `cutAfter`. */
  readonly cut: number;
}

export function insertPages(tx: Queryable, realmId: string, pages: readonly PageRecord[]): Promise<number> {
  return execute(
    tx,
    `insert into page (realm_id, page_no, first_block, last_block, rows, swept, row_digest, cut, state, in_flight,
                       release_time, given_time, releases)
     select $1, given.*, 'released', true, clock_timestamp(), clock_timestamp(), 1
       from unnest($2::bigint[], $3::uuid[], $4::uuid[], $5::integer[], $6::integer[], $7::bytea[], $8::bigint[]) given`,
    [
      realmId,
      pages.map(({ pageNo }) => pageNo),
      pages.map(({ first }) => first),
      pages.map(({ last }) => last),
      pages.map(({ rows }) => rows),
      pages.map(({ swept }) => swept),
      pages.map(({ digest }) => digest),
      pages.map(({ cut }) => cut),
    ],
  );
}

/** Released again, with its rows as they are now. */
export function updatePage(tx: Queryable, realmId: string, page: PageRecord): Promise<number> {
  return execute(
    tx,
    `update page
        set rows = $3, swept = $4, row_digest = $5, last_block = $6, cut = $7, in_flight = true,
            release_time = clock_timestamp(), given_time = coalesce(given_time, clock_timestamp()), releases = releases + 1
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
  /** Pages whose rows are not gone. */
  readonly outstanding: number;
  /** What the organization's limit looks like, if it has one: seen, and not held. */
  readonly limit: Bucket | null;
}

/** The limit comes along, so that those without one pay for no statement more. */
export function countOutstanding(
  tx: Queryable,
  { realm_id: realmId, organization_id: organizationId }: Pick<PurgeRow, 'realm_id' | 'organization_id'>,
): Promise<Outstanding> {
  return one<Outstanding>(
    tx,
    `select count(*) as outstanding, ${bucketColumn(RELEASE_LIMITS, '$2')} as limit
       from page
      where realm_id = $1 and state = 'released'`,
    [realmId, organizationId],
  );
}

/** Any number: these locks stay apart from others of this database. */
const CUTTING_LOCK = 8_415_908;

/**
 * Until the transaction ends, no other purge of the organization cuts pages: of two realms that share a block each would else retain
 * it for the other, and it would stay for ever. Before anything is read that a cut is decided by.
 */
export async function lockCutting(tx: Queryable, organizationId: string): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock(${CUTTING_LOCK}, hashtext($1))`, [organizationId]);
}

const FLYING_LOCK = 8_415_907;

/** Until the transaction ends, nobody else gives pages to the queue: what is counted behind it stays so. */
export async function lockFlying(tx: Queryable): Promise<void> {
  await execute(tx, `select pg_advisory_xact_lock(${FLYING_LOCK})`);
}

/**
 * Pages on their way. Those of all purges are bounded, so that counting them is; their purges are looked up one by one, for
 * a join may read the whole table.
 */
export function countFlying(
  tx: Queryable,
  { realm_id: realmId, organization_id: organizationId }: Pick<PurgeRow, 'realm_id' | 'organization_id'>,
): Promise<Flying> {
  return one<Flying>(
    tx,
    `select coalesce(sum(pages), 0)::bigint as all,
            coalesce(sum(pages) filter (where organization_id = $2), 0)::bigint as organization,
            coalesce(sum(pages) filter (where realm_id = $1), 0)::bigint as own
       from (select realm_id, count(*) as pages,
                    (select organization_id from purge where purge.realm_id = page.realm_id) as organization_id
               from page
              where in_flight
              group by realm_id) flying`,
    [realmId, organizationId],
  );
}

/** Notes since when it waits for room among the pages of all purges; whoever settles one rings who waits longest. */
export function awaitRoom(tx: Queryable, realmId: string): Promise<number> {
  return execute(
    tx,
    `update purge set room_time = clock_timestamp() where realm_id = $1 and room_time is null`,
    [realmId],
  );
}

export function hasRoom(tx: Queryable, realmId: string): Promise<number> {
  return execute(tx, `update purge set room_time = null where realm_id = $1 and room_time is not null`, [
    realmId,
  ]);
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
        set release_time = null, in_flight = false, releases = greatest(0, releases - 1),
            given_time = case when releases > 1 then given_time end
      where realm_id = $1 and page_no = any($2::bigint[]) and state = 'released'`,
    [realmId, pages],
  );
}
