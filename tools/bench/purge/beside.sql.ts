import { execute, many, one, transaction, type Pool } from '@lethe/postgres';
import { ORGANIZATION } from './realms.sql.js';

/** Small realms of one organization, with a vlob for each ten blocks and one key; their ids in the order in which they are ordered. */
export function addSmallRealms(pool: Pool, realms: number, blocks: number): Promise<string[]> {
  return transaction(pool, async (tx) => {
    await execute(tx, `set local session_replication_role = replica`); // as for a large one
    const rows = await many<{ id: string }>(
      tx,
      `insert into realm (realm_id, organization_id, state)
       select gen_random_uuid(), $1, 'active' from generate_series(1, $2::int)
       returning realm_id as id`,
      [ORGANIZATION, realms],
    );
    const ids = rows.map(({ id }) => id);
    await execute(tx, `insert into key_bundle select unnest($1::uuid[]), 1, sha256('key'::bytea)`, [ids]);
    await execute(
      tx,
      `insert into key_bundle_access select unnest($1::uuid[]), 1, 'user', sha256('user'::bytea)`,
      [ids],
    );
    await execute(
      tx,
      `insert into vlob_atom (realm_id, vlob_id, version, blob)
       select id, gen_random_uuid(), 1, decode(repeat(md5(n::text), 8), 'hex')
         from unnest($1::uuid[]) id, generate_series(1, ceil($2::int / 10.0)::int) n`,
      [ids, blocks],
    );
    await execute(
      tx,
      `insert into block
       select id, gen_random_uuid(), (random() * 524288)::int from unnest($1::uuid[]) id, generate_series(1, $2::int)`,
      [ids, blocks],
    );
    return ids;
  });
}

/** How many of them need attention. */
export async function needingAttention(pool: Pool, realmIds: readonly string[]): Promise<number> {
  const { purges } = await one<{ purges: number }>(
    pool,
    `select count(*) as purges from purge where realm_id = any ($1) and attention is not null`,
    [realmIds],
  );
  return purges;
}

/** Rows that are left of them. */
export async function smallLeftovers(pool: Pool, realmIds: readonly string[]): Promise<number> {
  const { left } = await one<{ left: number }>(
    pool,
    `select (select count(*) from block where realm_id = any ($1)) + (select count(*) from vlob_atom where realm_id = any ($1))
            + (select count(*) from key_bundle where realm_id = any ($1))
            + (select count(*) from key_bundle_access where realm_id = any ($1)) as left`,
    [realmIds],
  );
  return left;
}
