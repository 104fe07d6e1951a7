import { execute, many, type Queryable } from '@lethe/postgres';

/** Registers blocks, in key order so that two writers of the same ids never wait for each other in a ring; those already registered stay as they are. Answers how many are new. */
export function insertBlocks(
  tx: Queryable,
  realmId: string,
  blockIds: readonly string[],
  sizes: readonly number[],
): Promise<number> {
  return execute(
    tx,
    `insert into block (realm_id, block_id, size_bytes)
     select $1, given.* from unnest($2::uuid[], $3::bigint[]) given (block_id, size_bytes) order by block_id
     on conflict do nothing`,
    [realmId, blockIds, sizes],
  );
}

/** Which of these ids a realm of the organization that is being purged still refers to: their objects may go at any moment. */
export async function beingDeleted(
  tx: Queryable,
  organizationId: string,
  realmId: string,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    tx,
    `select distinct b.block_id
       from block b
       join realm r using (realm_id)
      where b.block_id = any($3::uuid[])
        and b.realm_id <> $2
        and r.organization_id = $1
        and r.state <> 'active'
      limit 10`,
    [organizationId, realmId, blockIds],
  );
  return rows.map((row) => row.block_id);
}
