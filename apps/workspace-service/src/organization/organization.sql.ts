import { execute, type Queryable } from '@lethe/postgres';

/**
 * One at a time within an organization: whatever decides by, or changes, who is a user of it or what may be purged of it. Taken
 * first, before any other lock. It lets the organization's other transactions through: none of them changes its key.
 */
export async function lockOrganization(tx: Queryable, organizationId: string): Promise<void> {
  await execute(tx, `select from organization where organization_id = $1 for no key update`, [
    organizationId,
  ]);
}
