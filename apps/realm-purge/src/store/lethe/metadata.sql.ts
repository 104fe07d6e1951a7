import { execute, one, type Queryable } from '@lethe/postgres';
import { SHREDDING_ORDER, type MetadataKind, type RealmWriters } from '../realm-store.js';

const TABLES: Record<MetadataKind, { readonly table: string; readonly key: string }> = {
  key_bundle_accesses: { table: 'key_bundle_access', key: 'key_index, user_id' },
  key_bundles: { table: 'key_bundle', key: 'key_index' },
  vlob_atoms: { table: 'vlob_atom', key: 'vlob_id, version' },
};

/** In key order: without it each batch might read the table from its start again. */
export function shredRows(
  tx: Queryable,
  kind: MetadataKind,
  realmId: string,
  limit: number,
): Promise<number> {
  const { table, key } = TABLES[kind];
  return execute(
    tx,
    `delete from ${table}
      where ctid = any(array(select ctid from ${table} where realm_id = $1 order by ${key} limit $2))`,
    [realmId, limit],
  );
}

/**
 * By the first row in key order, since `exists` may read a whole table when the planner still believes that it is full of the
 * realm's rows.
 */
const METADATA_LEFT = SHREDDING_ORDER.map((kind) => {
  const { table, key } = TABLES[kind];
  return `(select true from ${table} where realm_id = $1 order by ${key} limit 1) is true`;
}).join(' or ');

export async function isMetadataLeft(db: Queryable, realmId: string): Promise<boolean> {
  return (await one<{ left: boolean }>(db, `select ${METADATA_LEFT} as left`, [realmId])).left;
}

export function findRemainder(
  db: Queryable,
  realmId: string,
): Promise<{ blocks: boolean; metadata: boolean }> {
  return one(
    db,
    `select (select true from block where realm_id = $1 order by block_id limit 1) is true as blocks,
            ${METADATA_LEFT} as metadata`,
    [realmId],
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
