import type { HttpRoute } from '../http/server.js';

export const listHolds: HttpRoute = () => undefined;
