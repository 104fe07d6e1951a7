import type { Caller, User } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { findAccount, type AccountRow, type UserRow } from './account.sql.js';

export const ORG_ROLE = { USER: 0, BILLING: 1, WORKSPACES: 2, ADMINISTRATORS: 254, OWNER: 255 } as const;

export interface Account {
  readonly userId: string;
  readonly organizationId: string;
  readonly orgRole: number;
  /** The e-mail address is validated: without it an account may look, not change. */
  readonly validated: boolean;
}

export async function accountOf(db: Queryable, caller: Caller): Promise<Account | undefined> {
  const row: AccountRow | undefined = await findAccount(db, caller.userId, caller.organizationId);
  return (
    row && {
      userId: row.user_id,
      organizationId: row.organization_id,
      orgRole: row.org_role,
      validated: row.validated,
    }
  );
}

/** A user as it travels. */
export const wireUser = (row: UserRow): User => ({
  userId: row.user_id,
  name: row.name,
  lastName: row.last_name,
  email: row.email,
  orgRole: row.org_role,
  organizationId: row.organization_id,
  validated: row.validated,
  revokeTime: row.revoke_time ?? undefined,
});

export const administratesOrganization = ({ orgRole }: Account): boolean =>
  orgRole >= ORG_ROLE.ADMINISTRATORS;
