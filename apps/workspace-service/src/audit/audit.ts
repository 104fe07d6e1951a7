/** The numbers of the public API. */
export const CONTEXT = {
  workspace: 0,
  bucket: 1,
  repository: 2,
  user: 3,
  workspaceUser: 5,
  organizationSettings: 8,
} as const;
export const ACTION = { created: 0, updated: 1, deleted: 2 } as const;

/** A change, and who made it: a user, or an operator of the installation by name. Ids only, never a name or an address. */
export interface AuditEntry {
  readonly organizationId: string;
  readonly workspaceId?: string;
  readonly context: keyof typeof CONTEXT;
  readonly contextId: string;
  readonly action: keyof typeof ACTION;
  readonly by: { readonly userId: string } | { readonly operator: string };
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}
