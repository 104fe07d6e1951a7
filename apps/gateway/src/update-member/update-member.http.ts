import type { HttpRoute } from '../http/server.js';

export const updateMember: HttpRoute = () => undefined;
