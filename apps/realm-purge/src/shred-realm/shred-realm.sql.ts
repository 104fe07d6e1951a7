import { execute, many, type Queryable } from '@lethe/postgres';

export type Kind = 'key_bundle_accesses' | 'key_bundles' | 'vlob_atoms';

/** What unlocks the data first: from then on it is unreadable, whatever happens to the rest. */
export const SHREDDING_ORDER: readonly Kind[] = ['key_bundle_accesses', 'key_bundles', 'vlob_atoms'];

const TABLES: Record<Kind, string> = {
  key_bundle_accesses: 'key_bundle_access',
  key_bundles: 'key_bundle',
  vlob_atoms: 'vlob_atom',
};

/** Removes at most `limit` rows of a kind, in key order. */
export function shredRows(tx: Queryable, kind: Kind, realmId: string, limit: number): Promise<number> {
  const table = TABLES[kind];
  return execute(
    tx,
    `delete from ${table}
      where ctid = any(array(select ctid from ${table} where realm_id = $1 limit $2))`,
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

/** The kinds of which something is left. */
export async function kindsLeft(db: Queryable, realmId: string): Promise<Kind[]> {
  const rows = await many<{ kind: Kind }>(
    db,
    `select kind
       from (select 'key_bundle_accesses' as kind, exists (select from key_bundle_access where realm_id = $1) as left_over
             union all
             select 'key_bundles', exists (select from key_bundle where realm_id = $1)
             union all
             select 'vlob_atoms', exists (select from vlob_atom where realm_id = $1)) kinds
      where left_over`,
    [realmId],
  );
  return rows.map((row) => row.kind);
}
