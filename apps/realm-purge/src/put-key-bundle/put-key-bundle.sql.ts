import { execute, type Queryable } from '@lethe/postgres';

export function upsertKeyBundle(
  tx: Queryable,
  row: {
    realmId: string;
    keyIndex: number;
    bundle: Buffer;
    userIds: readonly string[];
    accesses: readonly Buffer[];
  },
): Promise<number> {
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
    [row.realmId, row.keyIndex, row.bundle, row.userIds, row.accesses],
  );
}
