import type { Standing } from '../../../apps/workspace-service/src/authorization/workspace-rights.js';

/** Whoever may try a route. `member` is the role in every workspace of the table; the organization's role is a number. */
export interface TestCaller {
  readonly name: string;
  readonly userId: string;
  readonly organizationId: string;
  readonly orgRole: number;
  readonly member?: 'ADMIN' | 'WRITE' | 'READ';
  /** A member once: removed since, or left out of a restore and activated again. */
  readonly former?: 'removed' | 'left out';
  readonly validated?: false;
  readonly revoked?: true;
  /** How the token is wrong, or what it claims besides its user. */
  readonly token?: 'expired' | { readonly orgId: string };
  /** Not an account at all. */
  readonly unknown?: true;
}

const own = (name: string, orgRole: number, more: Partial<TestCaller> = {}): TestCaller => ({
  name,
  userId: name.replaceAll(' ', '-'),
  organizationId: 'org1',
  orgRole,
  ...more,
});

export const ADMIN = own('admin', 0, { member: 'ADMIN' });

export const CALLERS: readonly TestCaller[] = [
  ADMIN,
  own('writer', 0, { member: 'WRITE' }),
  own('reader', 0, { member: 'READ' }),
  own('user', 0),
  own('billing', 1),
  own('workspaces', 2),
  own('administrator', 254),
  own('owner', 255),
  own('reading administrator', 254, { member: 'READ' }),
  own('administrating admin', 255, { member: 'ADMIN' }),
  own('removed admin', 0, { former: 'removed' }),
  own('admin left out of a restore', 0, { former: 'left out' }),
  own('unvalidated admin', 0, { member: 'ADMIN', validated: false }),
  own('unvalidated owner', 255, { validated: false }),
  own('revoked admin', 0, { member: 'ADMIN', revoked: true }),
  own('revoked owner', 255, { revoked: true }),
  { ...ADMIN, name: 'admin with a token of their organization', token: { orgId: 'org1' } },
  { ...ADMIN, name: 'admin with a token of another organization', token: { orgId: 'org10' } },
  { ...ADMIN, name: 'admin with an expired token', token: 'expired' },
  own('nobody', 0, { unknown: true }),
  // org10: begins like org1
  { name: 'owner elsewhere', userId: 'owner-elsewhere', organizationId: 'org10', orgRole: 255 },
  { name: 'user elsewhere', userId: 'user-elsewhere', organizationId: 'org10', orgRole: 0 },
];

export const isStranger = ({ organizationId }: TestCaller) => organizationId !== 'org1';

/** The token proves somebody whom the organization does not know: no account, a revoked one, or another organization's claim. */
export function isNobody({ unknown, revoked, token, organizationId }: TestCaller): boolean {
  const claimed = typeof token === 'object' ? token.orgId : organizationId;
  return unknown === true || revoked === true || claimed !== organizationId;
}

/** How the caller stands to a workspace of its organization; a purge has taken the memberships. */
export function standingsOf(caller: TestCaller, state: string): ReadonlySet<Standing> {
  const standings = new Set<Standing>(['colleague']);
  if (caller.member && state !== 'purged') standings.add(caller.member);
  if (caller.orgRole >= 254) standings.add('administrator');
  return standings;
}
