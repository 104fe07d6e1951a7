import { execute, one, type Queryable } from '@lethe/postgres';
import type { KeyPart, MetadataKind, RealmWriters, ShredPlace, Shredded } from '../realm-store.js';
import { partBounds } from './key-parts.js';

const TABLES: Record<MetadataKind, { readonly table: string; readonly key: string }> = {
  key_bundle_accesses: { table: 'key_bundle_access', key: 'key_index, user_id' },
  key_bundles: { table: 'key_bundle', key: 'key_index' },
  vlob_atoms: { table: 'vlob_atom', key: 'vlob_id, version' },
};

/** A page of these tables holds no more rows: the narrowest has 46 bytes. */
const ROWS_OF_A_PAGE = 160;
/** So many pages are read in one transaction, however few of the realm's rows they hold. */
const MOST_PAGES = 4_096;
/** Where a realm has a row on every fourth page, the whole table is read faster than its rows are found one by one. */
const PAGES_OF_A_ROW = 4;

/**
 * A few rows in a large table go by one plain DELETE. Else the table is read from its first page to its last, some pages a
 * statement: rows lie in the order in which they came, and a batch in key order would touch all pages each time.
 */
export async function shredRows(
  tx: Queryable,
  kind: MetadataKind,
  realmId: string,
  limit: number,
  from?: ShredPlace,
): Promise<Shredded> {
  const { table } = TABLES[kind];
  const { pages, file } = await one<{ pages: number; file: number }>(
    tx,
    `select pg_relation_size($1::regclass) / current_setting('block_size')::bigint as pages,
            pg_relation_filenode($1::regclass)::bigint as file`,
    [table],
  );
  const isLarge = pages > limit * PAGES_OF_A_ROW;
  if (from === undefined) {
    const few = Math.min(limit, Math.floor(pages / PAGES_OF_A_ROW));
    const found = await countUpTo(tx, kind, realmId, few + 1);
    if (found === 0) return { rows: 0, next: undefined };
    if (found <= few) return { rows: await shredAll(tx, kind, realmId), next: undefined };
  }
  if (limit < ROWS_OF_A_PAGE || isLarge) {
    const rows = await shredInKeyOrder(tx, kind, realmId, limit);
    return { rows, next: rows < limit ? undefined : { page: 0, file } };
  }
  // A table that was written anew has its rows elsewhere.
  const first = from?.file === file ? from.page : 0;
  let [page, rows] = [first, 0];
  while (page < pages && page < first + MOST_PAGES && rows + ROWS_OF_A_PAGE <= limit) {
    const end = Math.min(first + MOST_PAGES, page + Math.floor((limit - rows) / ROWS_OF_A_PAGE));
    rows += await execute(
      tx,
      `delete from ${table} where realm_id = $1 and ctid >= $2::tid and ctid < $3::tid`,
      [realmId, `(${page},0)`, `(${end},0)`],
    );
    page = end;
  }
  return { rows, next: page < pages ? { page, file } : undefined };
}

function shredAll(tx: Queryable, kind: MetadataKind, realmId: string): Promise<number> {
  return execute(tx, `delete from ${TABLES[kind].table} where realm_id = $1`, [realmId]);
}

async function countUpTo(tx: Queryable, kind: MetadataKind, realmId: string, most: number): Promise<number> {
  const { table, key } = TABLES[kind];
  const { rows } = await one<{ rows: number }>(
    tx,
    `select count(*) as rows from (select from ${table} where realm_id = $1 order by ${key} limit $2) counted`,
    [realmId, most],
  );
  return rows;
}

/** In key order: without it each batch might read the table from its start again. */
function shredInKeyOrder(tx: Queryable, kind: MetadataKind, realmId: string, limit: number): Promise<number> {
  const { table, key } = TABLES[kind];
  return execute(
    tx,
    `delete from ${table}
      where ctid = any(array(select ctid from ${table} where realm_id = $1 order by ${key} limit $2))`,
    [realmId, limit],
  );
}

/** The first row in key order: `exists` may read a whole table when the planner still believes that it is full of the realm's rows. */
const isThere = (table: string, key: string, part = '') =>
  `(select true from ${table} where realm_id = $1 ${part} order by ${key} limit 1) is true`;

/** Keys are few: they are looked at with the first part. */
export async function findRemainder(
  db: Queryable,
  realmId: string,
  part: KeyPart = { no: 0, of: 1 },
): Promise<{ blocks: boolean; metadata: boolean }> {
  const within = (id: string) => `and ${id} >= $2 and ${id} <= $3`;
  const keys = [TABLES.key_bundle_accesses, TABLES.key_bundles].map(({ table, key }) => isThere(table, key));
  return one(
    db,
    `select ${isThere('block', 'block_id', within('block_id'))} as blocks,
            ${isThere('vlob_atom', 'vlob_id, version', within('vlob_id'))}
            ${part.no === 0 ? keys.map((key) => `or ${key}`).join(' ') : ''} as metadata`,
    [realmId, ...partBounds(part)],
  );
}

type Vlob = Parameters<RealmWriters['putVlob']>[1];

export function upsertVlobAtom(tx: Queryable, row: Vlob): Promise<number> {
  return execute(
    tx,
    `insert into vlob_atom (realm_id, vlob_id, version, blob)
     values ($1, $2, $3, $4)
     on conflict (realm_id, vlob_id, version) do update set blob = excluded.blob`,
    [row.realmId, row.vlobId, row.version, row.blob],
  );
}

type KeyBundle = Parameters<RealmWriters['putKeyBundle']>[1];

export function upsertKeyBundle(tx: Queryable, row: KeyBundle): Promise<number> {
  return execute(
    tx,
    `with bundled as (
       insert into key_bundle (realm_id, key_index, bundle)
       values ($1, $2, $3)
       on conflict (realm_id, key_index) do update set bundle = excluded.bundle
       returning realm_id, key_index
     )
     insert into key_bundle_access (realm_id, key_index, user_id, access)
     select bundled.realm_id, bundled.key_index, given.* from bundled, unnest($4::text[], $5::bytea[]) given
     on conflict (realm_id, key_index, user_id) do update set access = excluded.access`,
    [
      row.realmId,
      row.keyIndex,
      row.bundle,
      row.accesses.map(({ userId }) => userId),
      row.accesses.map(({ access }) => access),
    ],
  );
}
