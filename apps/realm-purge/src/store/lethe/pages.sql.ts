import { execute, many, one, type Queryable } from '@lethe/postgres';
import type { PageRange, PageRows } from '../realm-store.js';
import { hasId, type RealmKey } from './blocks.sql.js';

/**
 * A block is retained while another realm of the organization still needs it: an active one that refers to its id too, or one under
 * purge that has not come to the block yet. That one may have to wait for long, so that its blocks can be restored, and when it comes
 * to the block it finds it released here: of all that share a block the last one sweeps it. All ids at once: a look for each would
 * cost more than all else that happens to its row.
 */
const SHARED = `
     shared as materialized (
       select distinct other.block_id
         from block other
         join realm sharer on sharer.realm_id = other.realm_id
        where ${hasId('other', 'next')}
          and other.realm_id <> $1
          and sharer.organization_id = $2
          and (sharer.state = 'active'
               or sharer.state = 'fenced'
                  and not exists (select
                                    from purge
                                   where purge.realm_id = sharer.realm_id
                                     and purge.release_cursor >= other.block_id))
     )`;

/** The shared ones instead of the sweepable: most often there is none. */
const ROWS = `
     string_agg(uuid_send(block_id), '' order by block_id) as all,
     string_agg(uuid_send(block_id), '' order by block_id)
       filter (where block_id in (select block_id from shared)) as shared`;

interface ReadPage {
  readonly all: Buffer;
  readonly shared: Buffer | null;
}
const ID_BYTES = 16;

function rowsOf({ all, shared }: ReadPage): PageRows {
  if (shared === null) return { all, sweepable: all };
  const sweepable: Buffer[] = [];
  let next = 0;
  for (let at = 0; at < all.length; at += ID_BYTES) {
    const id = all.subarray(at, at + ID_BYTES);
    if (id.equals(shared.subarray(next, next + ID_BYTES))) next += ID_BYTES;
    else sweepable.push(id);
  }
  if (next !== shared.length) throw new Error('a shared id is none of the page');
  return { all, sweepable: Buffer.concat(sweepable) };
}

export async function nextPages(
  db: Queryable,
  { realmId, organizationId }: RealmKey,
  after: string | null,
  pages: number,
  pageBlocks: number,
): Promise<PageRows[]> {
  const read = await many<ReadPage>(
    db,
    `with next as materialized (
       select block_id, (row_number() over (order by block_id) - 1) / $5 as page
         from (select block_id
                 from block
                where realm_id = $1 and ($3::uuid is null or block_id > $3)
                order by block_id
                limit $4::bigint * $5) cut
     ), ${SHARED}
     select ${ROWS}
       from next
      group by page
      order by page`,
    [realmId, organizationId, after, pages, pageBlocks],
  );
  return read.map(rowsOf);
}

export async function pageIn(
  db: Queryable,
  { realmId, organizationId }: RealmKey,
  { first, last }: PageRange,
  limit: number,
): Promise<PageRows | undefined> {
  const { all, shared } = await one<{ all: Buffer | null; shared: Buffer | null }>(
    db,
    `with next as materialized (
       select block_id from block where realm_id = $1 and block_id between $3 and $4 order by block_id limit $5
     ), ${SHARED}
     select ${ROWS}
       from next`,
    [realmId, organizationId, first, last, limit],
  );
  return all === null ? undefined : rowsOf({ all, shared });
}

/**
 * Whether they were the right ones is known when they are gone, and else they come back: one walk over the rows instead of two. What
 * went and what is proven come from one statement: a row that came late is in both, or in neither.
 */
export async function removeExactly(
  tx: Queryable,
  realmId: string,
  { first, last }: PageRange,
  exactly: { readonly rows: number; readonly digest: Buffer },
): Promise<number> {
  await execute(tx, `savepoint page`);
  const { removed, exact } = await one<{ removed: number; exact: boolean | null }>(
    tx,
    `with gone as (
       delete from block where realm_id = $1 and block_id between $2 and $3 returning block_id
     )
     select count(*) as removed, sha256(string_agg(uuid_send(block_id), '' order by block_id)) = $4 as exact from gone`,
    [realmId, first, last, exactly.digest],
  );
  if (exact === true && removed === exactly.rows) return removed;
  await execute(tx, `rollback to savepoint page`);
  return 0;
}
