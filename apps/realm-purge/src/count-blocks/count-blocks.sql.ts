import { execute, one, type Queryable } from '@lethe/postgres';

/** The largest count a reader can hold. Sizes are what writers say: no lie of theirs may stop a purge. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

/** Counts the next rows in key order, behind the cursor. */
export function countNext(
  tx: Queryable,
  realmId: string,
  cursor: string | null,
  limit: number,
): Promise<{ blocks: number; bytes: number; last: string | null }> {
  return one(
    tx,
    `select count(*) as blocks, least(coalesce(sum(size_bytes), 0), ${MOST_BYTES})::bigint as bytes,
            max(block_id::text collate "C") as last
       from (select block_id, size_bytes
               from block
              where realm_id = $1 and ($2::uuid is null or block_id > $2)
              order by block_id
              limit $3) next`,
    [realmId, cursor, limit],
  );
}

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
