import type { HttpRoute } from '../http/server.js';

export const activateUser: HttpRoute = () => undefined;
