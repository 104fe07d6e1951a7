import { execute, type Queryable } from '@lethe/postgres';

/**
 * Undoes a revocation. The workspaces whose members were all revoked are orphans no longer from the commit on, for that is derived.
 * Waits for the grant of an orphan that looks at this user: either comes before the other.
 */
export function activateUser(tx: Queryable, organizationId: string, userId: string): Promise<number> {
  return execute(
    tx,
    `update account
        set revoke_time = null
      where organization_id = $1 and user_id = $2 and revoke_time is not null`,
    [organizationId, userId],
  );
}
