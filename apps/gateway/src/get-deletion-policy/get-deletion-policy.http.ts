import type { HttpRoute } from '../http/server.js';

export const getDeletionPolicy: HttpRoute = () => undefined;
