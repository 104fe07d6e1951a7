import type { UserRow } from '../account/account.sql.js';
import { many, one, type Queryable } from '@lethe/postgres';

/** The users of an organization by id, behind `after`. */
export function listUsers(
  db: Queryable,
  organizationId: string,
  showDeleted: boolean,
  after: string,
  limit: number,
): Promise<UserRow[]> {
  return many<UserRow>(
    db,
    `select *
       from account
      where organization_id = $1 and user_id > $3 and ($2 or revoke_time is null)
      order by user_id
      limit $4`,
    [organizationId, showDeleted, after, limit],
  );
}

export async function countUsers(
  db: Queryable,
  organizationId: string,
  showDeleted: boolean,
): Promise<number> {
  const { users } = await one<{ users: number }>(
    db,
    `select count(*) as users from account where organization_id = $1 and ($2 or revoke_time is null)`,
    [organizationId, showDeleted],
  );
  return users;
}
