import { execute, type Queryable } from '@lethe/postgres';
import type { MetadataKind } from '../store/realm-store.js';

export function addRemoved(
  tx: Queryable,
  realmId: string,
  kind: MetadataKind,
  rows: number,
): Promise<number> {
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
