import { execute, one, type Queryable } from '@lethe/postgres';

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
    `update purge
        set state = 'closed', close_time = clock_timestamp(), blocks_total = $2
      where realm_id = $1 and state = 'releasing'
     returning close_time`,
    [realmId, blocksTotal],
  );
}
