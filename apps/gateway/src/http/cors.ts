import cors from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** So long a browser need not ask again (seconds). Those that take less use theirs. */
const PREFLIGHT_SECONDS = 3_600;

const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'if-match',
  'idempotency-key',
  'last-event-id',
  'x-request-id',
];
const EXPOSED_HEADERS = ['etag', 'retry-after', 'x-request-id'];

/**
 * Lets pages of these origins read the answers (`*`: any page); of none, no answer says so and browsers refuse. Tokens travel
 * in a header that a page sets itself, never in cookies, so there are no credentials to allow. A preflight is answered here,
 * before anybody asks for the token that browsers leave out of it.
 */
export async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const options = {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_SECONDS,
  };
  await app.register(cors, {
    delegator: (request, done) => {
      done(null, { ...options, preflight: isPreflight(request) });
    },
  });
}

/** Any other OPTIONS asks what a path can do, and is answered as such. */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** An origin as browsers send it: scheme, host, and a port that is not the scheme's own (RFC 6454, section 6.2). */
export function isOrigin(text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
