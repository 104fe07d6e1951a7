import { WorkspaceRole } from '@lethe/contracts';
import { refusals } from '../refusals.js';
import type { Role } from '../workspace/workspace-state.js';

/** The role a request gives. None is meant by saying none: a member without a role would be an ADMIN or nobody by accident. */
export function roleOf({ role }: { readonly role: WorkspaceRole }): Role {
  switch (role) {
    case WorkspaceRole.READ:
      return 'READ';
    case WorkspaceRole.WRITE:
      return 'WRITE';
    case WorkspaceRole.ADMIN:
      return 'ADMIN';
    case WorkspaceRole.UNSPECIFIED:
    case WorkspaceRole.UNRECOGNIZED:
    default:
      throw refusals.invalidArgument('role must be READ, WRITE or ADMIN');
  }
}
