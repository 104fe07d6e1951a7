import { execute, type Queryable } from '@lethe/postgres';

/** From the commit on the user is nobody to this service; what the user did and was stays. */
export function revokeUser(tx: Queryable, organizationId: string, userId: string): Promise<number> {
  return execute(
    tx,
    `update account
        set revoke_time = clock_timestamp()
      where organization_id = $1 and user_id = $2 and revoke_time is null`,
    [organizationId, userId],
  );
}
