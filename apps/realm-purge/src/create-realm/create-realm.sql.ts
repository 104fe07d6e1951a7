import { execute, type Queryable } from '@lethe/postgres';

/** False when the id is taken, by whomever. */
export async function insertRealm(tx: Queryable, organizationId: string, realmId: string): Promise<boolean> {
  const inserted = await execute(
    tx,
    `insert into realm (realm_id, organization_id, state) values ($2, $1, 'active') on conflict do nothing`,
    [organizationId, realmId],
  );
  return inserted === 1;
}
