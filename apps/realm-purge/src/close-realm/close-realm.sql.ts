import { execute, one, type Queryable } from '@lethe/postgres';

export interface Remainder {
  readonly blocks: boolean;
  readonly metadata: boolean;
}

/**
 * Is anything of the realm left? The re-scan: it looks at every table, not at what the purge believes. By the first row in key
 * order, since `exists` may read a whole table when the planner still believes that it is full of the realm's rows.
 */
export function findRemainder(tx: Queryable, realmId: string): Promise<Remainder> {
  return one<Remainder>(
    tx,
    `select (select true from block where realm_id = $1 order by block_id limit 1) is true as blocks,
            (select true from key_bundle where realm_id = $1 order by key_index limit 1) is true
              or (select true from key_bundle_access where realm_id = $1 order by key_index, user_id limit 1) is true
              or (select true from vlob_atom where realm_id = $1 order by vlob_id, version limit 1) is true as metadata`,
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
