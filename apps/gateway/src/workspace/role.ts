import { WorkspaceRole } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import { z } from 'zod';

/** What a member may do: the words of the documented API. */
export const workspaceRole = z.enum(['READ', 'WRITE', 'ADMIN']);

export function fromRole(role: z.output<typeof workspaceRole>): WorkspaceRole {
  return WorkspaceRole[role];
}

export function toRole(role: WorkspaceRole): z.output<typeof workspaceRole> {
  switch (role) {
    case WorkspaceRole.ADMIN:
      return 'ADMIN';
    case WorkspaceRole.WRITE:
      return 'WRITE';
    case WorkspaceRole.READ:
      return 'READ';
    case WorkspaceRole.UNSPECIFIED:
    case WorkspaceRole.UNRECOGNIZED:
      throw new TypeError('workspace-service answered a role that the contract does not know');
    default:
      return unreachable(role);
  }
}
