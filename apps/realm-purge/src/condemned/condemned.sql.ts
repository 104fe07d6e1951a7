import { execute, many, type Queryable } from '@lethe/postgres';

/** As much of an id as condemnations decide by. */
const IN_FORCE = `(pardon_time is null or pardon_time > clock_timestamp())`;

/** Those of the ids that may not be registered now. */
export async function condemnedAmong(
  db: Queryable,
  organizationId: string,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select block_id
       from condemned_block
      where organization_id = $1 and block_id = any($2::uuid[]) and ${IN_FORCE}
      limit 10`,
    [organizationId, blockIds],
  );
  return rows.map((row) => row.block_id);
}

/** Those behind the cursor that nobody pardoned. */
export async function listCondemned(
  db: Queryable,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select block_id
       from condemned_block
      where organization_id = $1 and ($2::uuid is null or block_id > $2) and pardon_time is null
      order by block_id
      limit $3`,
    [organizationId, after, limit],
  );
  return rows.map((row) => row.block_id);
}

/**
 * Of an id that an order before condemned it remembers the pardon that was promised. Where that order never ended, it may have deleted
 * something until now, and would have promised a pardon in `sweptInSeconds`.
 */
export function condemn(
  tx: Queryable,
  order: { readonly organizationId: string; readonly orderedBy: string; readonly listDigest: string },
  blockIds: readonly string[],
  sweptInSeconds: number,
): Promise<number> {
  return execute(
    tx,
    `insert into condemned_block (organization_id, block_id, ordered_by, list_digest)
     select $1, block_id, $3, $4 from unnest($2::uuid[]) given (block_id) order by block_id
     on conflict (organization_id, block_id) do update
        set ordered_by = excluded.ordered_by, list_digest = excluded.list_digest,
            condemn_time = clock_timestamp(), pardon_time = null,
            promised_pardon_time = greatest(
              condemned_block.promised_pardon_time,
              coalesce(condemned_block.pardon_time, clock_timestamp() + make_interval(secs => $5)))`,
    [order.organizationId, blockIds, order.orderedBy, order.listDigest, sweptInSeconds],
  );
}

/** A pardon that is given already is not put off; one that was promised by an order before is not brought forward. */
export function pardon(
  tx: Queryable,
  organizationId: string,
  blockIds: readonly string[],
  inSeconds: number,
): Promise<number> {
  return execute(
    tx,
    `update condemned_block
        set pardon_time = greatest(clock_timestamp() + make_interval(secs => $3), promised_pardon_time)
      where organization_id = $1 and block_id = any($2::uuid[]) and pardon_time is null`,
    [organizationId, blockIds, inSeconds],
  );
}

const FORGOTTEN = 2_000;

/** Rows that say nothing any more. What is locked meanwhile stays for the next time. */
export function forgetPardoned(tx: Queryable, organizationId: string): Promise<number> {
  return execute(
    tx,
    `delete from condemned_block
      where ctid = any(array(select ctid
                               from condemned_block
                              where organization_id = $1 and pardon_time <= clock_timestamp()
                              order by pardon_time
                              limit ${FORGOTTEN}
                                for update skip locked))`,
    [organizationId],
  );
}
