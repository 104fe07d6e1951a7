import { execute, type Pool } from '@lethe/postgres';

/** For tests: organizations `many-<n>` with users `many-<n>-<m>`, every other one revoked. */
export async function addManyUsers(pool: Pool, organizations: number, users: number): Promise<void> {
  await execute(pool, `insert into organization select 'many-' || n from generate_series(1, $1::int) n`, [
    organizations,
  ]);
  await execute(
    pool,
    `insert into account (user_id, organization_id, email, name, last_name, org_role, validated, revoke_time)
     select 'many-' || n || '-' || m, 'many-' || n, 'e', 'First', 'Last', 0, true, case when m % 2 = 0 then now() end
       from generate_series(1, $1::int) n, generate_series(1, $2::int) m`,
    [organizations, users],
  );
  await execute(pool, `vacuum analyze account`);
}
