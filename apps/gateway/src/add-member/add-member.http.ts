import type { HttpRoute } from '../http/server.js';

export const addMember: HttpRoute = () => undefined;
