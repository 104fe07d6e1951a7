import { execute, many, type Queryable } from '@lethe/postgres';

export async function condemnedOf(db: Queryable, organizationId: string): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `select block_id from condemned_block where organization_id = $1 order by block_id`,
    [organizationId],
  );
  return rows.map((row) => row.block_id);
}

/** As if pardons had been given so much earlier. */
export function pardonEarlier(db: Queryable, organizationId: string, seconds: number): Promise<number> {
  return execute(
    db,
    `update condemned_block
        set pardon_time = pardon_time - make_interval(secs => $2),
            promised_pardon_time = promised_pardon_time - make_interval(secs => $2)
      where organization_id = $1`,
    [organizationId, seconds],
  );
}
