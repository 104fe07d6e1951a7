import type { HttpRoute } from '../http/server.js';

export const removeMember: HttpRoute = () => undefined;
