import { many, type Queryable } from '@lethe/postgres';
import type { RealmRow } from '../realm/realm.sql.js';

export type DescriptionRow = RealmRow & {
  readonly blocks: number;
  readonly bytes: number;
  readonly vlob_atoms: number;
  readonly key_bundles: number;
};

export function describeRealms(db: Queryable, realmIds: readonly string[]): Promise<DescriptionRow[]> {
  return many<DescriptionRow>(
    db,
    `select r.realm_id, r.organization_id, r.state, b.blocks, b.bytes,
            (select count(*) from vlob_atom v where v.realm_id = r.realm_id) as vlob_atoms,
            (select count(*) from key_bundle k where k.realm_id = r.realm_id) as key_bundles
       from realm r
      cross join lateral (select count(*) as blocks, least(coalesce(sum(size_bytes), 0), ${Number.MAX_SAFE_INTEGER})::bigint as bytes
                            from block
                           where block.realm_id = r.realm_id) b
      where r.realm_id = any($1::uuid[])
      order by r.organization_id, r.realm_id`,
    [realmIds],
  );
}
