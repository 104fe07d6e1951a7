import type { HttpRoute } from '../http/server.js';

export const previewDeletion: HttpRoute = () => undefined;
