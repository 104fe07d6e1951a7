import type { ProtectedRoute } from './protected-route.js';

/** What is Lethe's own: previews, holds, policies, what becomes of a deletion. */
export const deletionRoutes: readonly ProtectedRoute[] = [];
