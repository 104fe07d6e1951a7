import { execute, one, type Queryable } from '@lethe/postgres';

export type Kind = 'key_bundle_accesses' | 'key_bundles' | 'vlob_atoms';

/** What unlocks the data first: from then on it is unreadable, whatever happens to the rest. */
export const SHREDDING_ORDER: readonly Kind[] = ['key_bundle_accesses', 'key_bundles', 'vlob_atoms'];

const TABLES: Record<Kind, { readonly table: string; readonly key: string }> = {
  key_bundle_accesses: { table: 'key_bundle_access', key: 'key_index, user_id' },
  key_bundles: { table: 'key_bundle', key: 'key_index' },
  vlob_atoms: { table: 'vlob_atom', key: 'vlob_id, version' },
};

/** Removes at most `limit` rows of a kind, in key order: without it each batch might read the table from its start again. */
export function shredRows(tx: Queryable, kind: Kind, realmId: string, limit: number): Promise<number> {
  const { table, key } = TABLES[kind];
  return execute(
    tx,
    `delete from ${table}
      where ctid = any(array(select ctid from ${table} where realm_id = $1 order by ${key} limit $2))`,
    [realmId, limit],
  );
}

export function addRemoved(tx: Queryable, realmId: string, kind: Kind, rows: number): Promise<number> {
  return execute(
    tx,
    `update purge
        set removed = jsonb_set(removed, array[$2], to_jsonb(coalesce((removed ->> $2)::bigint, 0) + $3::bigint))
      where realm_id = $1`,
    [realmId, kind, rows],
  );
}

export function moveToShredded(tx: Queryable, realmId: string): Promise<number> {
  return execute(
    tx,
    `update purge set state = 'shredded', shred_time = clock_timestamp() where realm_id = $1 and state = 'fenced'`,
    [realmId],
  );
}

/** Whether something of any kind is left. */
export async function isMetadataLeft(db: Queryable, realmId: string): Promise<boolean> {
  const left = SHREDDING_ORDER.map((kind) => {
    const { table, key } = TABLES[kind];
    return `(select true from ${table} where realm_id = $1 order by ${key} limit 1) is true`;
  });
  return (await one<{ left: boolean }>(db, `select ${left.join(' or ')} as left`, [realmId])).left;
}
