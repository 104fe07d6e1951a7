import { randomUUID } from 'node:crypto';
import { execute, many, one, type Queryable } from '@lethe/postgres';

/** For tests: realms as their writers leave them. */
export async function addRealm(
  db: Queryable,
  organizationId: string,
  { blocks = 0, keys = 0, vlobs = 0, state = 'active' } = {},
): Promise<string> {
  const realmId: string = randomUUID();
  await execute(db, `insert into realm (realm_id, organization_id, state) values ($1, $2, $3)`, [
    realmId,
    organizationId,
    state,
  ]);
  await addRandomBlocks(db, realmId, blocks);
  await execute(
    db,
    `with bundles as (
       insert into key_bundle select $1, n, '\\x01' from generate_series(1, $2::int) n returning key_index
     )
     insert into key_bundle_access select $1, key_index, 'user' || u, '\\x02' from bundles, generate_series(1, 3) u`,
    [realmId, keys],
  );
  await execute(
    db,
    `insert into vlob_atom (realm_id, vlob_id, version, blob)
     select $1, gen_random_uuid(), 1, '\\x03' from generate_series(1, $2::int)`,
    [realmId, vlobs],
  );
  return realmId;
}

export function addRandomBlocks(db: Queryable, realmId: string, blocks: number): Promise<number> {
  return execute(db, `insert into block select $1, gen_random_uuid(), 10 from generate_series(1, $2::int)`, [
    realmId,
    blocks,
  ]);
}

/** Past the service and its fence: what a broken writer would do. */
export function addBlocks(db: Queryable, realmId: string, blockIds: readonly string[]): Promise<number> {
  return execute(db, `insert into block select $1, unnest($2::uuid[]), 10`, [realmId, blockIds]);
}

export function removeBlocks(db: Queryable, realmId: string, blockIds: readonly string[]): Promise<number> {
  return execute(db, `delete from block where realm_id = $1 and block_id = any($2::uuid[])`, [
    realmId,
    blockIds,
  ]);
}

export async function blocksOf(db: Queryable, realmId: string): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select block_id from block where realm_id = $1 order by block_id`,
    [realmId],
  );
  return rows.map((row) => row.block_id);
}

export interface Ledger {
  readonly counted: number;
  readonly left: number;
  readonly settled: number;
}

/** The two sides of S7, from one snapshot. */
export function ledgerOf(db: Queryable, realmId: string): Promise<Ledger> {
  return one<Ledger>(
    db,
    `select blocks_total as counted,
            (select count(*) from block where realm_id = $1) as left,
            (select coalesce(sum(rows), 0)::bigint from page where realm_id = $1 and state = 'settled') as settled
       from purge
      where realm_id = $1`,
    [realmId],
  );
}

export interface PageView {
  readonly page_no: number;
  readonly first_block: string;
  readonly last_block: string;
  readonly rows: number;
  readonly swept: number;
  readonly state: string;
  readonly releases: number;
  readonly blocked_left: number | null;
}

export function pagesOf(db: Queryable, realmId: string): Promise<PageView[]> {
  return many<PageView>(db, `select * from page where realm_id = $1 order by page_no`, [realmId]);
}

/** As if this much time had gone by since everything that happened to its pages. */
export function letPass(db: Queryable, realmId: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update page
        set release_time = release_time - make_interval(secs => $2),
            blocked_until = blocked_until - make_interval(secs => $2)
      where realm_id = $1`,
    [realmId, seconds],
  );
}

export function makeDue(db: Queryable, realmId: string): Promise<number> {
  return execute(db, `update purge set next_step_time = clock_timestamp() where realm_id = $1`, [realmId]);
}

export interface Everything {
  readonly realm: string | null;
  readonly purge: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

/** What a realm is, in every table. */
export function everythingOf(db: Queryable, realmId: string): Promise<Everything> {
  return one<Everything>(
    db,
    `select (select state from realm where realm_id = $1) as realm,
            (select state from purge where realm_id = $1) as purge,
            json_build_object(
              'blocks', (select count(*) from block where realm_id = $1),
              'vlobs', (select count(*) from vlob_atom where realm_id = $1),
              'bundles', (select count(*) from key_bundle where realm_id = $1),
              'accesses', (select count(*) from key_bundle_access where realm_id = $1),
              'pages', (select count(*) from page where realm_id = $1),
              'events', (select count(*) from outbox where headers ->> 'ce-subject' = $1::text)) as counts`,
    [realmId],
  );
}

export function addSizedBlock(db: Queryable, realmId: string, sizeBytes: number): Promise<number> {
  return execute(db, `insert into block values ($1, gen_random_uuid(), $2)`, [realmId, sizeBytes]);
}

export function setReleases(db: Queryable, realmId: string, releases: number): Promise<number> {
  return execute(db, `update page set releases = $2 where realm_id = $1`, [realmId, releases]);
}

/** The types of the events about a realm, in the order in which they were appended. */
export async function eventsOf(db: Queryable, realmId: string): Promise<string[]> {
  const rows = await many<{ type: string }>(
    db,
    `select headers ->> 'ce-type' as type from outbox where headers ->> 'ce-subject' = $1 order by append_no`,
    [realmId],
  );
  return rows.map((row) => row.type);
}

export function addVlob(db: Queryable, realmId: string): Promise<number> {
  return execute(db, `insert into vlob_atom values ($1, gen_random_uuid(), 1, '\\x03')`, [realmId]);
}

export function addVlobs(db: Queryable, realmId: string, vlobs: number): Promise<number> {
  return execute(
    db,
    `insert into vlob_atom (realm_id, vlob_id, version, blob)
     select $1, gen_random_uuid(), 1, '\\x03' from generate_series(1, $2::int)`,
    [realmId, vlobs],
  );
}

export async function countVlobs(db: Queryable, realmId: string): Promise<number> {
  const { vlobs } = await one<{ vlobs: number }>(
    db,
    `select count(*) as vlobs from vlob_atom where realm_id = $1`,
    [realmId],
  );
  return vlobs;
}

export function setRealmState(db: Queryable, realmId: string, state: string): Promise<number> {
  return execute(db, `update realm set state = $2 where realm_id = $1`, [realmId, state]);
}

export async function forgetPurges(db: Queryable): Promise<void> {
  await execute(db, `truncate purge, page, outbox`);
}

/** Milliseconds until the purge is looked at again. */
export async function untilDue(db: Queryable, realmId: string): Promise<number> {
  const { ms } = await one<{ ms: number }>(
    db,
    `select extract(epoch from next_step_time - clock_timestamp())::float8 * 1000 as ms
       from purge
      where realm_id = $1`,
    [realmId],
  );
  return ms;
}

/** Rows of any kind that any realm still has. */
export async function countLeftovers(db: Queryable): Promise<number> {
  const { left } = await one<{ left: number }>(
    db,
    `select (select count(*) from block) + (select count(*) from vlob_atom)
            + (select count(*) from key_bundle) + (select count(*) from key_bundle_access) as left`,
  );
  return left;
}

/** As if the fence, and all that followed, had been so much earlier. */
export function fenceEarlier(db: Queryable, realmId: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update purge
        set fence_time = fence_time - make_interval(secs => $2), shred_time = shred_time - make_interval(secs => $2),
            count_time = count_time - make_interval(secs => $2), next_step_time = clock_timestamp()
      where realm_id = $1`,
    [realmId, seconds],
  );
}

export function settleEarlier(db: Queryable, realmId: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update page set settle_time = settle_time - make_interval(secs => $2) where realm_id = $1 and state = 'settled'`,
    [realmId, seconds],
  );
}

/** As if its pages in flight had been given to the queue so much earlier. */
export function waitLonger(db: Queryable, realmId: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update page set given_time = given_time - make_interval(secs => $2) where realm_id = $1 and in_flight`,
    [realmId, seconds],
  );
}
