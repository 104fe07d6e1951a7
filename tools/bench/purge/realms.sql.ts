import { randomUUID } from 'node:crypto';
import { execute, many, maybeOne, one, transaction, type Pool, type Queryable } from '@lethe/postgres';

export const ORGANIZATION = 'bench';

/** Of the large realm that small ones are purged beside, where it is not theirs. */
export const OTHER_ORGANIZATION = 'other';

export interface RealmSize {
  readonly blocks: number;
  readonly vlobs: number;
  readonly keys: number;
}

const USERS = 20;
/** From here on it pays to build the indexes behind the rows, where no other realm's rows are in the way. */
const BULK = 500_000;

/** A realm as its clients leave it: random ids, and rows in the order in which they came, not in that of their keys. */
export async function addRealm(
  pool: Pool,
  size: RealmSize,
  organizationId: string = ORGANIZATION,
): Promise<string> {
  const realmId = randomUUID();
  await transaction(pool, async (tx) => {
    await execute(tx, `set local session_replication_role = replica`); // a foreign key's check for each row would take minutes
    await execute(tx, `insert into realm (realm_id, organization_id, state) values ($1, $2, 'active')`, [
      realmId,
      organizationId,
    ]);
    await execute(
      tx,
      `insert into key_bundle select $1, n, sha256(n::text::bytea) from generate_series(1, $2::int) n`,
      [realmId, size.keys],
    );
    await execute(
      tx,
      `insert into key_bundle_access
       select $1, n, 'user' || u, sha256(u::text::bytea) from generate_series(1, $2::int) n, generate_series(1, ${USERS}) u`,
      [realmId, size.keys],
    );
    await execute(
      tx,
      `insert into vlob_atom (realm_id, vlob_id, version, blob)
       select $1, gen_random_uuid(), 1, decode(repeat(md5(n::text), 8), 'hex') from generate_series(1, $2::int) n`,
      [realmId, size.vlobs],
    );
    const restore = size.blocks >= BULK ? await dropIndexes(tx, 'block') : [];
    await execute(
      tx,
      `insert into block select $1, gen_random_uuid(), (random() * 524288)::int from generate_series(1, $2::int)`,
      [realmId, size.blocks],
    );
    for (const statement of restore) await execute(tx, statement);
  });
  return realmId;
}

/** Answers the statements that make them again, as they were. */
async function dropIndexes(tx: Queryable, table: string): Promise<string[]> {
  const constraints = await many<{ name: string; definition: string }>(
    tx,
    `select conname as name, pg_get_constraintdef(oid) as definition
       from pg_constraint
      where conrelid = $1::regclass and contype in ('p', 'f')
      order by contype desc`,
    [table],
  );
  const indexes = await many<{ name: string; definition: string }>(
    tx,
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
       from pg_index
      where indrelid = $1::regclass and not exists (select from pg_constraint where conindid = indexrelid)`,
    [table],
  );
  for (const { name } of constraints) await execute(tx, `alter table ${table} drop constraint ${name}`);
  for (const { name } of indexes) await execute(tx, `drop index ${name}`);
  return [
    ...constraints.map(({ name, definition }) => `alter table ${table} add constraint ${name} ${definition}`),
    ...indexes.map(({ definition }) => definition),
  ];
}

/** A database in which nothing is left to do for what was filled in: hint bits, statistics, dirty pages. */
export async function settleDown(pool: Pool): Promise<void> {
  await execute(pool, `vacuum (analyze)`);
  await execute(pool, `checkpoint`);
}

/** One set-based DELETE for each kind of metadata, in one transaction: what the purge's batches are measured against. */
export function deleteMetadataRaw(pool: Pool, realmId: string): Promise<number> {
  return transaction(pool, async (tx) => {
    let rows = 0;
    for (const table of ['key_bundle_access', 'key_bundle', 'vlob_atom'])
      rows += await execute(tx, `delete from ${table} where realm_id = $1`, [realmId]);
    return rows;
  });
}

export interface PurgeTimes {
  readonly state: string;
  readonly attention: string | null;
  readonly blocks_total: number;
  readonly removed: Record<string, number>;
  /** Seconds of each phase, once it is over. */
  readonly fence: number | null;
  readonly shred: number | null;
  readonly count: number | null;
  /** From the count to the last settled page. */
  readonly release: number | null;
  readonly close: number | null;
  readonly report: number | null;
}

/** By the database's clock, as the purge itself wrote it down. */
export function findTimes(pool: Pool, realmId: string): Promise<PurgeTimes | undefined> {
  return maybeOne<PurgeTimes>(
    pool,
    `select state, attention, blocks_total, removed,
            extract(epoch from fence_time - order_time)::float8 as fence,
            extract(epoch from shred_time - fence_time)::float8 as shred,
            extract(epoch from count_time - shred_time)::float8 as count,
            extract(epoch from settled - count_time)::float8 as release,
            extract(epoch from close_time - coalesce(settled, count_time))::float8 as close,
            extract(epoch from report_time - close_time)::float8 as report
       from purge
       left join lateral (select max(settle_time) as settled
                            from page
                           where page.realm_id = purge.realm_id and purge.report_time is not null) pages on true
      where realm_id = $1`,
    [realmId],
  );
}

/** Rows that went by a receipt so far. */
export async function settledRows(pool: Pool, realmId: string): Promise<number> {
  const { rows } = await one<{ rows: number }>(
    pool,
    `select coalesce(sum(rows), 0)::bigint as rows from page where realm_id = $1 and state = 'settled'`,
    [realmId],
  );
  return rows;
}

/** What is left of a realm, in every table that names one, besides its tombstone and the purge's own. */
export async function leftovers(pool: Pool, realmId: string): Promise<number> {
  const { left } = await one<{ left: number }>(
    pool,
    `select (select count(*) from block where realm_id = $1) + (select count(*) from vlob_atom where realm_id = $1)
            + (select count(*) from key_bundle where realm_id = $1)
            + (select count(*) from key_bundle_access where realm_id = $1) as left`,
    [realmId],
  );
  return left;
}

export interface OpenTransaction {
  readonly pid: number;
  readonly began: string;
  readonly ms: number;
  readonly query: string;
}

/** The service's transactions that are open in this moment, by the database's clock. */
export function openTransactions(pool: Pool, application: string): Promise<OpenTransaction[]> {
  return many<OpenTransaction>(
    pool,
    `select pid, xact_start::text as began, extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms, query
       from pg_stat_activity
      where application_name = $1 and xact_start is not null`,
    [application],
  );
}

export async function serverDescription(pool: Pool): Promise<Record<string, string>> {
  const rows = await many<{ name: string; setting: string }>(
    pool,
    `select name, current_setting(name) as setting
       from unnest(array['server_version', 'shared_buffers', 'fsync', 'synchronous_commit', 'full_page_writes']) name`,
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}
