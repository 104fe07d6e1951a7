import type { Caller } from '@lethe/contracts';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { InvalidTokenError, type TokenVerifier } from './token-verifier.js';

interface Proof {
  readonly caller: Caller;
  readonly believedUntilMs: number;
}

/** Where the proven caller of a request is kept: nowhere a client can write to. */
const proofs = new WeakMap<FastifyRequest, Proof>();

/** Lets only requests with a valid bearer token pass, before anything else of them is looked at. */
export function authenticate(verify: TokenVerifier): onRequestAsyncHookHandler {
  return async (request) => {
    const token = /^Bearer +([^\s]+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new InvalidTokenError();
    const { userId, organizationId, believedUntilMs } = await verify(token);
    proofs.set(request, { caller: { userId, organizationId }, believedUntilMs });
  };
}

/** On whose behalf a request is made. A route without authentication has no caller, and asking for one is a bug. */
export function callerOf(request: FastifyRequest): Caller {
  return proofOf(request).caller;
}

/** Until when the request's token is believed, in milliseconds since 1970: what goes on longer than that must end then. */
export function believedUntilMs(request: FastifyRequest): number {
  return proofOf(request).believedUntilMs;
}

function proofOf(request: FastifyRequest): Proof {
  const proof = proofs.get(request);
  if (proof === undefined) throw new TypeError('this route does not authenticate');
  return proof;
}

/** Who a rate limit counts for: the token's subject, and where there is none the address. */
export function rateLimitKey(request: FastifyRequest): string {
  const caller = proofs.get(request)?.caller;
  return caller === undefined ? `address ${request.ip}` : `user ${JSON.stringify(caller)}`;
}
