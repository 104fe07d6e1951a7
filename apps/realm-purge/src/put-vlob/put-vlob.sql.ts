import { execute, type Queryable } from '@lethe/postgres';

export function upsertVlobAtom(
  tx: Queryable,
  row: { realmId: string; vlobId: string; version: number; blob: Buffer },
): Promise<number> {
  return execute(
    tx,
    `insert into vlob_atom (realm_id, vlob_id, version, blob)
     values ($1, $2, $3, $4)
     on conflict (realm_id, vlob_id, version) do update set blob = excluded.blob`,
    [row.realmId, row.vlobId, row.version, row.blob],
  );
}
