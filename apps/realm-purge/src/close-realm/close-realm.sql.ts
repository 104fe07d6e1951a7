import { execute, one, type Queryable } from '@lethe/postgres';

export interface Remainder {
  readonly blocks: boolean;
  readonly metadata: boolean;
}

/** Is anything of the realm left? The re-scan: it looks at every table, not at what the purge believes. */
export function findRemainder(tx: Queryable, realmId: string): Promise<Remainder> {
  return one<Remainder>(
    tx,
    `select exists (select from block where realm_id = $1) as blocks,
            exists (select from key_bundle where realm_id = $1)
              or exists (select from key_bundle_access where realm_id = $1)
              or exists (select from vlob_atom where realm_id = $1) as metadata`,
    [realmId],
  );
}

/** Pages are cut anew from the first row that is left. */
export function releaseFromTheStart(tx: Queryable, realmId: string): Promise<number> {
  return execute(tx, `update purge set release_cursor = null where realm_id = $1`, [realmId]);
}

export function moveToClosed(
  tx: Queryable,
  realmId: string,
  blocksTotal: number,
): Promise<{ close_time: Date }> {
  return one<{ close_time: Date }>(
    tx,
    `with tombstone as (
       update realm set state = 'purged' where realm_id = $1 and state = 'fenced' returning realm_id
     )
     update purge
        set state = 'closed', close_time = clock_timestamp(), blocks_total = $2
       from tombstone
      where purge.realm_id = tombstone.realm_id and purge.state = 'releasing'
     returning close_time`,
    [realmId, blocksTotal],
  );
}
