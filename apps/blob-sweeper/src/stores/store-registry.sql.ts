import { execute, many, type Queryable } from '@lethe/postgres';

/** That a store holds blocks of an organization, or of all ('' as the organization). */
export interface StoreRow {
  readonly store_id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly kind: 's3' | 'filesystem';
  readonly first_seen_time: Date;
  readonly retire_time: Date | null;
  readonly retired_by: string | null;
  readonly retire_reason: string | null;
}

/** A few for each store there ever was. */
export function listStoreRows(db: Queryable): Promise<StoreRow[]> {
  return many<StoreRow>(db, `select * from store order by name, store_id, organization_id`);
}

export type KnownStore = Pick<StoreRow, 'store_id' | 'organization_id' | 'name' | 'kind'>;

/** Notes stores that are configured; one that was retired is in use again. Answers how many rows changed. */
export function rememberStores(db: Queryable, stores: readonly KnownStore[]): Promise<number> {
  return execute(
    db,
    `insert into store as known (store_id, organization_id, name, kind)
     select distinct * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) order by 1, 2
     on conflict (store_id, organization_id) do update
        set name = excluded.name, kind = excluded.kind, retire_time = null, retired_by = null, retire_reason = null
      where known.name <> excluded.name or known.kind <> excluded.kind or known.retire_time is not null`,
    [
      stores.map((store) => store.store_id),
      stores.map((store) => store.organization_id),
      stores.map((store) => store.name),
      stores.map((store) => store.kind),
    ],
  );
}
