import type { HttpRoute } from '../http/server.js';

export const updateWorkspace: HttpRoute = () => undefined;
