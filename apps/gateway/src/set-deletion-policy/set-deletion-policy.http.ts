import type { HttpRoute } from '../http/server.js';

export const setDeletionPolicy: HttpRoute = () => undefined;
