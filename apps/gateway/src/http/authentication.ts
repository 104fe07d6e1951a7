import type { Caller } from '@lethe/contracts';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { InvalidTokenError, type TokenVerifier } from './token-verifier.js';

/** Where the proven caller of a request is kept: nowhere a client can write to. */
const callers = new WeakMap<FastifyRequest, Caller>();

/** Lets only requests with a valid bearer token pass, before anything else of them is looked at. */
export function authenticate(verify: TokenVerifier): onRequestAsyncHookHandler {
  return async (request) => {
    const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new InvalidTokenError();
    const { userId, organizationId } = await verify(token);
    callers.set(request, { userId, organizationId });
  };
}

/** On whose behalf a request is made. A route without authentication has no caller, and asking for one is a bug. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new TypeError('this route does not authenticate');
  return caller;
}

/** Who a rate limit counts for: the token's subject, and where there is none the address. */
export function rateLimitKey(request: FastifyRequest): string {
  const caller = callers.get(request);
  return caller === undefined ? `address ${request.ip}` : `user ${JSON.stringify(caller)}`;
}
