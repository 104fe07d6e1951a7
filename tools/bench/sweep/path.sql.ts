import { many, one, type Pool } from '@lethe/postgres';

/** The ids of a realm's blocks: what its object storage holds. */
export async function blockIds(pool: Pool, realmId: string): Promise<string[]> {
  const rows = await many<{ id: string }>(pool, `select block_id as id from block where realm_id = $1`, [
    realmId,
  ]);
  return rows.map(({ id }) => id);
}

/** Seconds from the first of these purges that could release blocks to the last page that settled, by the database's clock. */
export async function releaseSeconds(pool: Pool, realmIds: readonly string[]): Promise<number> {
  const { seconds } = await one<{ seconds: number }>(
    pool,
    `select extract(epoch from (select max(settle_time) from page where realm_id = any ($1))
                             - (select min(count_time) from purge where realm_id = any ($1)))::float8 as seconds`,
    [realmIds],
  );
  return seconds;
}
