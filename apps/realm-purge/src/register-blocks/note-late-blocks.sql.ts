import { execute, maybeOne, type Queryable } from '@lethe/postgres';

/** Sizes are what writers say: no lie of theirs may stop a purge. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

/** How far the blocks of the realm's purge are counted; locked, so that no count goes on meanwhile. */
export function lockTotals(
  tx: Queryable,
  realmId: string,
): Promise<{ counted: boolean; count_cursor: string | null } | undefined> {
  return maybeOne(
    tx,
    `select count_time is not null as counted, count_cursor from purge where realm_id = $1 for update`,
    [realmId],
  );
}

export function addToTotals(tx: Queryable, realmId: string, blocks: number, bytes: number): Promise<number> {
  return execute(
    tx,
    `update purge
        set blocks_total = blocks_total + $2, bytes_total = least(bytes_total::numeric + $3::numeric, ${MOST_BYTES})::bigint
      where realm_id = $1`,
    [realmId, blocks, bytes],
  );
}
