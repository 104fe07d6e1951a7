/** Who may do what in the own organization, by the organization's role: the other half of the table in workspace-rights.ts. */

export const ORGANIZATION_ROLES = ['USER', 'BILLING', 'WORKSPACES', 'ADMINISTRATORS', 'OWNER'] as const;

interface Rights {
  readonly validated: boolean;
  readonly row: readonly [boolean, boolean, boolean, boolean, boolean];
}

export const ORGANIZATION_RIGHTS = {
  // columns:                             USER   BILLING WORKSPACES ADMINISTRATORS OWNER
  listWorkspaces: { validated: false, row: [true, true, true, true, true] },
  listResources: { validated: false, row: [true, true, true, true, true] },
  createWorkspace: { validated: true, row: [false, false, true, true, true] },
  listUsers: { validated: false, row: [true, true, true, true, true] },
  /** Nobody itself, and an OWNER only by an OWNER. */
  deleteUser: { validated: true, row: [false, false, false, true, true] },
  activateUser: { validated: true, row: [false, false, false, true, true] },
  readDeletionPolicy: { validated: false, row: [true, true, true, true, true] },
  setDeletionPolicy: { validated: true, row: [false, false, false, true, true] },
  readOwnAudit: { validated: false, row: [true, true, true, true, true] },
  readWholeAudit: { validated: false, row: [false, false, false, true, true] },
} as const satisfies Record<string, Rights>;

export type OrganizationOperation = keyof typeof ORGANIZATION_RIGHTS;
