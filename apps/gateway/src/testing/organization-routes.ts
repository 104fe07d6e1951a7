import type { ProtectedRoute } from './protected-route.js';

/** Members of workspaces, the users of an organization, the audit. */
export const organizationRoutes: readonly ProtectedRoute[] = [];
