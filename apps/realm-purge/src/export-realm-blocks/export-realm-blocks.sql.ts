import { many, one, type Queryable } from '@lethe/postgres';

export async function countRealmBlocks(db: Queryable, realmId: string): Promise<number> {
  const { blocks } = await one<{ blocks: number }>(
    db,
    `select count(*) as blocks from block where realm_id = $1`,
    [realmId],
  );
  return blocks;
}

/** Block ids in key order behind the one before. */
export async function listBlockIds(
  db: Queryable,
  realmId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select block_id
       from block
      where realm_id = $1 and ($2::uuid is null or block_id > $2)
      order by block_id
      limit $3`,
    [realmId, after, limit],
  );
  return rows.map((row) => row.block_id);
}
