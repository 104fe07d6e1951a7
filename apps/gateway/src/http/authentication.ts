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
    const token = bearerTokenOf(request);
    if (token === undefined) throw new InvalidTokenError();
    const { userId, organizationId, believedUntilMs } = await verify(token);
    proofs.set(request, { caller: { userId, organizationId }, believedUntilMs });
  };
}

/** Of two Authorization headers Node shows the first, and somebody on the way here may have judged the second: that is none. */
function bearerTokenOf({ raw }: FastifyRequest): string | undefined {
  const [sent, ...more] = raw.headersDistinct['authorization'] ?? [];
  return more.length > 0 ? undefined : /^Bearer +([^\s]+) *$/i.exec(sent ?? '')?.[1];
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
