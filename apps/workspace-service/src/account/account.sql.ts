import { execute, maybeOne, type Queryable } from '@lethe/postgres';

export interface AccountRow {
  readonly user_id: string;
  readonly organization_id: string;
  readonly org_role: number;
  readonly validated: boolean;
}

/** A user who is not revoked; with an organization in the token, only if it is the user's own. */
export function findAccount(
  db: Queryable,
  userId: string,
  organizationId: string,
): Promise<AccountRow | undefined> {
  return maybeOne<AccountRow>(
    db,
    `select user_id, organization_id, org_role, validated
       from account
      where user_id = $1
        and revoke_time is null
        and ($2 = '' or organization_id = $2)`,
    [userId, organizationId],
  );
}

/**
 * For whatever makes a user a member, or is done by one: a revocation under way is seen by the statements behind this, a later one
 * waits, and sees what was done.
 */
export async function lockAccount(tx: Queryable, userId: string): Promise<void> {
  await execute(tx, `select from account where user_id = $1 for share`, [userId]);
}

/** A user of an organization, revoked or not. */
export interface UserRow {
  readonly user_id: string;
  readonly organization_id: string;
  readonly email: string;
  readonly name: string;
  readonly last_name: string;
  readonly org_role: number;
  readonly validated: boolean;
  readonly revoke_time: Date | null;
}

export function findUser(
  db: Queryable,
  organizationId: string,
  userId: string,
): Promise<UserRow | undefined> {
  return maybeOne<UserRow>(db, `select * from account where organization_id = $1 and user_id = $2`, [
    organizationId,
    userId,
  ]);
}
