import type { HttpRoute } from '../http/server.js';

export const watchDeletion: HttpRoute = () => undefined;
