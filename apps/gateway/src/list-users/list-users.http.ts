import type { HttpRoute } from '../http/server.js';

export const listUsers: HttpRoute = () => undefined;
