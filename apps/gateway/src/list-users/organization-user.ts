import type { User } from '@lethe/contracts';
import { z } from 'zod';

/** The roles of an organization by the numbers of the documented API, each with those below it. */
const ROLES = [
  [0, 'USER'],
  [1, 'BILLING'],
  [2, 'WORKSPACES'],
  [254, 'ADMINISTRATORS'],
  [255, 'OWNER'],
] as const;

export const organizationUser = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    lastName: z.string(),
    orgId: z.string(),
    orgRole: z.int().describe('USER 0, BILLING 1, WORKSPACES 2, ADMINISTRATORS 254, OWNER 255'),
    validated: z.boolean().describe('The e-mail address is validated'),
    deletedAt: z.iso.datetime().nullable().describe('null while the user has access'),
    orgRoleDescription: z.string().describe('The name of orgRole'),
    orgRoles: z.array(z.int()).describe('orgRole and the roles it includes, ascending'),
  })
  .meta({ id: 'OrganizationUser' });

export function toOrganizationUser(user: User): z.output<typeof organizationUser> {
  const { orgRole } = user;
  return {
    id: user.userId,
    email: user.email,
    name: user.name,
    lastName: user.lastName,
    orgId: user.organizationId,
    orgRole,
    validated: user.validated,
    deletedAt: user.revokeTime?.toISOString() ?? null,
    orgRoleDescription: ROLES.find(([number]) => number === orgRole)?.[1] ?? 'UNKNOWN',
    orgRoles: ROLES.map(([number]) => number).filter((number) => number <= orgRole),
  };
}
