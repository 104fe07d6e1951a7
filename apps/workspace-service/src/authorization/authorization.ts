import type { Caller } from '@lethe/contracts';
import type { Queryable } from '@lethe/postgres';
import { accountOf, administratesOrganization, ORG_ROLE, type Account } from '../account/account.js';
import { lockAccount } from '../account/account.sql.js';
import { refusals } from '../refusals.js';
import type { State, WorkspaceFacts } from '../workspace/workspace-state.js';
import {
  ORGANIZATION_RIGHTS,
  ORGANIZATION_ROLES,
  type OrganizationOperation,
} from './organization-rights.js';
import {
  WORKSPACE_RIGHTS,
  workspaceVerdict,
  type RightsState,
  type Standing,
  type Verdict,
  type WorkspaceOperation,
} from './workspace-rights.js';

/** How this account stands to a workspace of its organization. */
export function standingsOf(account: Account, { role }: Pick<WorkspaceFacts, 'role'>): ReadonlySet<Standing> {
  const standings = new Set<Standing>(['colleague']);
  if (role !== undefined) standings.add(role);
  if (administratesOrganization(account)) standings.add('administrator');
  return standings;
}

export function rightsState({ state, due }: { readonly state: State; readonly due: boolean }): RightsState {
  return state === 'deleted' && due ? 'due' : state;
}

/** What the table says of this caller, this operation and this workspace; a workspace that is not there is hidden from all. */
export function judge(
  operation: WorkspaceOperation,
  account: Account,
  facts: Pick<WorkspaceFacts, 'role' | 'state' | 'due'> | undefined,
): Verdict {
  if (facts === undefined) return 'WORKSPACE_NOT_FOUND';
  return workspaceVerdict(operation, rightsState(facts), standingsOf(account, facts));
}

export function mayInOrganization(operation: OrganizationOperation, { orgRole }: Account): boolean {
  const column = ORGANIZATION_ROLES.findIndex((role) => ORG_ROLE[role] === orgRole);
  return ORGANIZATION_RIGHTS[operation].row[column] ?? false;
}

/** The right to delete users is not one over those who stand above it: an OWNER is deleted only by an OWNER. */
export function mayDeleteUser(account: Account, target: { readonly orgRole: number }): boolean {
  if (!mayInOrganization('deleteUser', account)) return false;
  return target.orgRole !== ORG_ROLE.OWNER || account.orgRole === ORG_ROLE.OWNER;
}

/** The account of a caller, as the operation needs it. @throws the documented refusal: of a change 400, of a read 404. */
export async function callingAccount(
  db: Queryable,
  caller: Caller,
  operation: OrganizationOperation | WorkspaceOperation,
): Promise<Account> {
  const account = await accountOf(db, caller);
  const { validated } = { ...ORGANIZATION_RIGHTS, ...WORKSPACE_RIGHTS }[operation];
  if (validated && !account?.validated) throw refusals.callerNotValidated();
  if (account === undefined) throw refusals.userNotFound();
  return account;
}

/**
 * The same behind the lock of what is changed: a revocation that was answered meanwhile counts, and one that comes now waits until
 * the change has committed. What was read of the caller before a lock decides nothing.
 */
export async function callingAccountNow(
  tx: Queryable,
  caller: Caller,
  operation: OrganizationOperation | WorkspaceOperation,
): Promise<Account> {
  await lockAccount(tx, caller.userId);
  return callingAccount(tx, caller, operation);
}
