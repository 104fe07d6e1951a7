import type { HttpRoute } from '../http/server.js';

export const deleteUser: HttpRoute = () => undefined;
