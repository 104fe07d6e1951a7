import type { Caller } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { findAccount, type AccountRow } from './account.sql.js';

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

export const mayCreateWorkspaces = ({ orgRole }: Account): boolean => orgRole >= ORG_ROLE.WORKSPACES;
export const administratesOrganization = ({ orgRole }: Account): boolean =>
  orgRole >= ORG_ROLE.ADMINISTRATORS;
