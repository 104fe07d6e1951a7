import { execute, many, one, type Queryable } from '@lethe/postgres';
import type { PageRange, PageRows, Realm } from '../realm-store.js';

type RealmKey = Pick<Realm, 'realmId' | 'organizationId'>;

/** In key order, so that two writers of the same ids never wait for each other in a ring. */
export function insertBlocks(
  tx: Queryable,
  realmId: string,
  blocks: readonly { readonly blockId: string; readonly sizeBytes: number }[],
): Promise<number> {
  return execute(
    tx,
    `insert into block (realm_id, block_id, size_bytes)
     select $1, given.* from unnest($2::uuid[], $3::bigint[]) given (block_id, size_bytes) order by block_id
     on conflict do nothing`,
    [realmId, blocks.map(({ blockId }) => blockId), blocks.map(({ sizeBytes }) => sizeBytes)],
  );
}

export async function unregistered(
  db: Queryable,
  realmId: string,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select distinct block_id
       from unnest($2::uuid[]) given (block_id)
      where not exists (select from block where block.realm_id = $1 and block.block_id = given.block_id)`,
    [realmId, blockIds],
  );
  return rows.map((row) => row.block_id);
}

export async function beingDeleted(
  db: Queryable,
  { organizationId, realmId }: RealmKey,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select distinct b.block_id
       from block b
       join realm r using (realm_id)
      where b.block_id = any($3::uuid[])
        and b.realm_id <> $2
        and r.organization_id = $1
        and r.state <> 'active'
      limit 10`,
    [organizationId, realmId, blockIds],
  );
  return rows.map((row) => row.block_id);
}

/** The largest count a reader can hold. Sizes are what writers say: no lie of theirs may stop a purge. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

export function countNext(
  db: Queryable,
  realmId: string,
  after: string | null,
  limit: number,
): Promise<{ blocks: number; bytes: number; last: string | null }> {
  return one(
    db,
    `select count(*) as blocks, least(coalesce(sum(size_bytes), 0), ${MOST_BYTES})::bigint as bytes,
            max(block_id::text collate "C") as last
       from (select block_id, size_bytes
               from block
              where realm_id = $1 and ($2::uuid is null or block_id > $2)
              order by block_id
              limit $3) next`,
    [realmId, after, limit],
  );
}

export async function totalBlocks(db: Queryable, realmId: string): Promise<number> {
  const { blocks } = await one<{ blocks: number }>(
    db,
    `select count(*) as blocks from block where realm_id = $1`,
    [realmId],
  );
  return blocks;
}

/** A block is retained while an active realm of the organization refers to its id too. */
const SWEEPABLE = `
  not exists (select from block other
                join realm sharer on sharer.realm_id = other.realm_id
               where other.block_id = next.block_id
                 and other.realm_id <> $1
                 and sharer.organization_id = $2
                 and sharer.state = 'active')`;

const ROWS = `
     string_agg(uuid_send(block_id), '' order by block_id) as all,
     coalesce(string_agg(uuid_send(block_id), '' order by block_id) filter (where ${SWEEPABLE}), '') as sweepable`;

export function nextPages(
  db: Queryable,
  { realmId, organizationId }: RealmKey,
  after: string | null,
  pages: number,
  pageBlocks: number,
): Promise<PageRows[]> {
  return many<PageRows>(
    db,
    `with next as (
       select block_id, (row_number() over (order by block_id) - 1) / $5 as page
         from (select block_id
                 from block
                where realm_id = $1 and ($3::uuid is null or block_id > $3)
                order by block_id
                limit $4::bigint * $5) cut
     )
     select ${ROWS}
       from next
      group by page
      order by page`,
    [realmId, organizationId, after, pages, pageBlocks],
  );
}

export async function pageIn(
  db: Queryable,
  { realmId, organizationId }: RealmKey,
  { first, last }: PageRange,
  limit: number,
): Promise<PageRows | undefined> {
  const page = await one<{ all: Buffer | null; sweepable: Buffer }>(
    db,
    `with next as (
       select block_id from block where realm_id = $1 and block_id between $3 and $4 order by block_id limit $5
     )
     select ${ROWS}
       from next`,
    [realmId, organizationId, first, last, limit],
  );
  return page.all === null ? undefined : { all: page.all, sweepable: page.sweepable };
}

/** Rows and proof come from one snapshot: a row that came late is in neither, or fails the proof. */
export async function removeExactly(
  tx: Queryable,
  realmId: string,
  { first, last }: PageRange,
  exactly: { readonly rows: number; readonly digest: Buffer },
): Promise<number> {
  const { removed } = await one<{ removed: number }>(
    tx,
    `with proof as (
       select count(*) = $4 and sha256(string_agg(uuid_send(block_id), '' order by block_id)) = $5 as exact
         from block
        where realm_id = $1 and block_id between $2 and $3
     ), gone as (
       delete from block
        where realm_id = $1 and block_id between $2 and $3 and (select exact from proof)
       returning 1
     )
     select count(*) as removed from gone`,
    [realmId, first, last, exactly.rows, exactly.digest],
  );
  return removed;
}
