import type { HttpRoute } from '../http/server.js';

export const releaseHold: HttpRoute = () => undefined;
