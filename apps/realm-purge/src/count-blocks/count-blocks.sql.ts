import { execute, type Queryable } from '@lethe/postgres';

/** The largest count a reader can hold. Sizes are what writers say: no lie of theirs may stop a purge. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

export function addCounted(
  tx: Queryable,
  realmId: string,
  counted: { blocks: number; bytes: number; last: string | null },
): Promise<number> {
  return execute(
    tx,
    `update purge
        set blocks_total = blocks_total + $2, bytes_total = least(bytes_total::numeric + $3, ${MOST_BYTES})::bigint, count_cursor = coalesce($4, count_cursor)
      where realm_id = $1`,
    [realmId, counted.blocks, counted.bytes, counted.last],
  );
}

export function moveToReleasing(tx: Queryable, realmId: string): Promise<number> {
  return execute(
    tx,
    `update purge set state = 'releasing', count_time = clock_timestamp() where realm_id = $1 and state = 'shredded'`,
    [realmId],
  );
}
