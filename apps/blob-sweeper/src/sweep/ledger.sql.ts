import { execute, many, maybeOne, one, type Queryable } from '@lethe/postgres';
import type { SweepEnd } from './end.sql.js';

/** What one store held of a page; counts as in StoreEvidence. */
export interface StoreOutcome {
  readonly store: string;
  readonly storeId: string;
  readonly kind: string;
  /** Keys under which something was found. All of it is gone, but under `left` of them. */
  readonly found: number;
  readonly left: number;
  readonly missing: number;
  readonly versions: number;
  readonly uploads: number;
  readonly readBack: readonly string[];
  /** So many keys are gone, and the store said in a sweep of that cut that something of them stays: no sweep finds it again. */
  readonly remains?: { readonly keys: number; readonly cut: number };
}

export interface LedgerRow {
  readonly realm_id: string;
  readonly epoch: number;
  readonly page_no: number;
  readonly organization_id: string;
  readonly rows: number;
  readonly swept: number;
  readonly row_digest: Buffer;
  readonly cut: number;
  readonly state: 'verified' | 'blocked';
  readonly stores: string[];
  /** In the order of `stores`. Empty where nothing is known of them. */
  readonly outcomes: readonly StoreOutcome[];
  readonly blocks_left: number;
  readonly reason: string | null;
  readonly blocked_until: Date | null;
  readonly sweep_time: Date;
  /** Since when it is blocked. */
  readonly block_time: Date | null;
}

export type PageResult = Omit<LedgerRow, 'sweep_time' | 'block_time'>;

export function findPage(
  db: Queryable,
  realmId: string,
  epoch: number,
  pageNo: number,
): Promise<LedgerRow | undefined> {
  return maybeOne<LedgerRow>(
    db,
    `select * from swept_page where realm_id = $1 and epoch = $2 and page_no = $3`,
    [realmId, epoch, pageNo],
  );
}

/** Writes a page's result, unless a newer cut of the page has one. Within a cut, what was verified is never blocked again. */
export function recordPage(tx: Queryable, page: PageResult): Promise<number> {
  return execute(
    tx,
    `insert into swept_page as had (realm_id, epoch, page_no, organization_id, rows, swept, row_digest, state, stores,
                                    blocks_left, reason, blocked_until, cut, outcomes, block_time)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::jsonb, case when $8 = 'blocked' then clock_timestamp() end)
     on conflict (realm_id, epoch, page_no) do update
        set rows = excluded.rows, swept = excluded.swept, row_digest = excluded.row_digest, state = excluded.state,
            stores = excluded.stores, blocks_left = excluded.blocks_left, reason = excluded.reason,
            blocked_until = excluded.blocked_until, cut = excluded.cut, outcomes = excluded.outcomes, sweep_time = clock_timestamp(),
            block_time = case when excluded.state = 'blocked' then coalesce(had.block_time, excluded.block_time) end
      where had.cut <= excluded.cut
        and (had.state = 'blocked'
             or had.cut < excluded.cut
             or excluded.state = 'verified' and (had.stores, had.outcomes) is distinct from (excluded.stores, excluded.outcomes)
                and (had.row_digest, had.swept) = (excluded.row_digest, excluded.swept))`,
    [
      page.realm_id,
      page.epoch,
      page.page_no,
      page.organization_id,
      page.rows,
      page.swept,
      page.row_digest,
      page.state,
      page.stores,
      page.blocks_left,
      page.reason,
      page.blocked_until,
      page.cut,
      JSON.stringify(page.outcomes),
    ],
  );
}

/** What is in the stores again of a verified page. It stays verified: its rows may be gone, and then what is there may be another's. */
export function noteOutcomes(
  tx: Queryable,
  { realm_id, epoch, page_no, cut }: LedgerRow,
  outcomes: readonly StoreOutcome[],
): Promise<number> {
  return execute(
    tx,
    `update swept_page
        set outcomes = $5::jsonb
      where realm_id = $1 and epoch = $2 and page_no = $3 and cut = $4 and state = 'verified'`,
    [realm_id, epoch, page_no, cut, JSON.stringify(outcomes)],
  );
}

/**
 * Pages in page order, behind the one before, of those that were released. What is beyond them is of a realm that was cut into more pages
 * before it was set back.
 */
export function listPages(
  db: Queryable,
  { realm_id, epoch, pages }: SweepEnd,
  after: number,
  limit: number,
): Promise<LedgerRow[]> {
  return many<LedgerRow>(
    db,
    `select *
       from swept_page
      where realm_id = $1 and epoch = $2 and page_no > $3 and page_no < $4
      order by page_no
      limit $5`,
    [realm_id, epoch, after, pages, limit],
  );
}

export function sumLedger(
  db: Queryable,
  realmId: string,
  epoch: number,
): Promise<{ verified: number; blocked: number; swept: number; retained: number }> {
  return one(
    db,
    `select count(*) filter (where state = 'verified') as verified,
            count(*) filter (where state = 'blocked') as blocked,
            coalesce(sum(swept) filter (where state = 'verified'), 0)::bigint as swept,
            coalesce(sum(rows - swept) filter (where state = 'verified'), 0)::bigint as retained
       from swept_page
      where realm_id = $1 and epoch = $2`,
    [realmId, epoch],
  );
}
