import type { HttpRoute } from '../http/server.js';

export const listAuditEvents: HttpRoute = () => undefined;
