import { execute, many, one, type Queryable } from '@lethe/postgres';
import type { Realm } from '../realm-store.js';

export type RealmKey = Pick<Realm, 'realmId' | 'organizationId'>;

/** In key order, so that two writers of the same ids never wait for each other in a ring. */
export function insertBlocks(
  tx: Queryable,
  realmId: string,
  blocks: readonly { readonly blockId: string; readonly sizeBytes: number }[],
): Promise<number> {
  return execute(
    tx,
    `insert into block (realm_id, block_id, size_bytes)
     select $1, given.* from unnest($2::uuid[], $3::bigint[]) given (block_id, size_bytes) order by block_id
     on conflict do nothing`,
    [realmId, blocks.map(({ blockId }) => blockId), blocks.map(({ sizeBytes }) => sizeBytes)],
  );
}

export async function unregistered(
  db: Queryable,
  realmId: string,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select distinct block_id
       from unnest($2::uuid[]) given (block_id)
      where not exists (select from block where block.realm_id = $1 and block.block_id = given.block_id)`,
    [realmId, blockIds],
  );
  return rows.map((row) => row.block_id);
}

/**
 * By the index of ids, which is one of an expression so that nothing else can walk it: PostgreSQL believes that a page's range of
 * ids holds one row, whatever it holds, and would else look through the ids of all realms instead of the one's.
 */
export const hasId = (block: string, given: string) =>
  `uuid_send(${block}.block_id) = any(array(select uuid_send(block_id) from ${given}))`;

export async function beingDeleted(
  db: Queryable,
  { organizationId, realmId }: RealmKey,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select distinct b.block_id
       from block b
       join realm r using (realm_id)
      where ${hasId('b', 'unnest($3::uuid[]) given (block_id)')}
        and b.realm_id <> $2
        and r.organization_id = $1
        and r.state <> 'active'
      limit 10`,
    [organizationId, realmId, blockIds],
  );
  return rows.map((row) => row.block_id);
}

/** The largest count a reader can hold. Sizes are what writers say: no lie of theirs may stop a purge. */
const MOST_BYTES = Number.MAX_SAFE_INTEGER;

export function countNext(
  db: Queryable,
  realmId: string,
  after: string | null,
  limit: number,
): Promise<{ blocks: number; bytes: number; last: string | null }> {
  return one(
    db,
    `select count(*) as blocks, least(coalesce(sum(size_bytes), 0), ${MOST_BYTES})::bigint as bytes,
            max(block_id::text collate "C") as last
       from (select block_id, size_bytes
               from block
              where realm_id = $1 and ($2::uuid is null or block_id > $2)
              order by block_id
              limit $3) next`,
    [realmId, after, limit],
  );
}

export async function totalBlocks(db: Queryable, realmId: string): Promise<number> {
  const { blocks } = await one<{ blocks: number }>(
    db,
    `select count(*) as blocks from block where realm_id = $1`,
    [realmId],
  );
  return blocks;
}
