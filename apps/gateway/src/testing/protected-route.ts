import type { RecordedCall } from './scripted-service.js';

/** One protected operation: a good request, what it asks workspace-service, and what it says when that breaks. */
export interface ProtectedRoute {
  readonly method: string;
  readonly path: string;
  /** As OpenAPI writes the path. */
  readonly template: string;
  readonly body?: object;
  readonly rpc: string;
  readonly response: object;
  readonly status: number;
  /** Its answer has no `success`. */
  readonly bare: boolean;
  readonly contentType: string;
  readonly asks: RecordedCall['request'];
  readonly failed: string;
  readonly forbidden: string;
  /** What a user who is unknown or not validated is answered. */
  readonly unvalidated: readonly [number, string];
}

export const NOT_VALIDATED = [400, 'User not found or account is not validated'] as const;
export const NO_USER = [404, 'User not found'] as const;
export const protectedRoute = (
  [method, path, template = path]: readonly [string, string, string?],
  [rpc, asks, response]: readonly [string, object, object],
  [failed, forbidden, unvalidated]: readonly [string, string, readonly [number, string]],
  {
    status = 200,
    body,
    bare = false,
    contentType = 'application/json; charset=utf-8',
  }: Partial<Pick<ProtectedRoute, 'status' | 'body' | 'bare' | 'contentType'>> = {},
): ProtectedRoute => ({
  ...{
    method,
    path,
    template,
    rpc,
    asks: { ...asks },
    response,
    status,
    bare,
    contentType,
    failed,
    forbidden,
    unvalidated,
  },
  ...(body && { body }),
});
