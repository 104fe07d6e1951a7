import type { HttpRoute } from '../http/server.js';

export const placeHold: HttpRoute = () => undefined;
