import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { callerOf } from './authentication.js';

/** Requests in a minute. */
export interface RateLimits {
  readonly perAddress: number;
  readonly perUser: number;
  readonly perOrganization: number;
}

export type RateLimitScope = 'address' | 'user' | 'organization';

/** More came than may come; the next may after so many seconds. */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';
  constructor(
    readonly scope: RateLimitScope,
    readonly retryAfterSeconds: number,
  ) {
    super(`too many requests of one ${scope}`);
  }
}

export interface RateLimiters {
  /** Before authentication: also bounds the trying of tokens. */
  readonly ofAddress: onRequestAsyncHookHandler;
  /** After it. A user over its own limit takes nothing of the organization's. */
  readonly ofCaller: onRequestAsyncHookHandler;
}

const WINDOW_MS = 60_000;
/** So many addresses, users and organizations are remembered, each the latest: the memory is bounded whoever asks. */
const REMEMBERED = 20_000;

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Three counts, each by this process alone, of routes that are not exempt (`rateLimit: false`). An organization counts where the
 * token names one; a token without one is limited by user and address.
 */
export async function createRateLimiters(
  app: FastifyInstance,
  limits: RateLimits,
  remembered = REMEMBERED,
): Promise<RateLimiters> {
  await app.register(rateLimit, { global: false });
  const count = (max: number, keyGenerator: (request: FastifyRequest) => string): Limiter => {
    const options = { max, keyGenerator, timeWindow: WINDOW_MS, cache: remembered };
    return app.createRateLimit(options);
  };
  const perAddress = count(limits.perAddress, addressOf);
  const perUser = count(limits.perUser, (request) => callerOf(request).userId);
  const perOrganization = count(limits.perOrganization, (request) => callerOf(request).organizationId);
  return {
    ofAddress: async (request) => {
      if (request.routeOptions.config.rateLimit === false) return;
      await spend(perAddress, 'address', request);
    },
    ofCaller: async (request) => {
      await spend(perUser, 'user', request);
      if (callerOf(request).organizationId !== '') await spend(perOrganization, 'organization', request);
    },
  };
}

async function spend(limiter: Limiter, scope: RateLimitScope, request: FastifyRequest): Promise<void> {
  const counted = await limiter(request);
  if (!counted.isAllowed && counted.isExceeded) throw new TooManyRequestsError(scope, counted.ttlInSeconds);
}

/** Of IPv6 the network that one customer has: within it addresses cost nothing. */
function addressOf(request: FastifyRequest): string {
  const ip = request.ip as string | undefined; // a socket that is gone has none
  return ip === undefined ? '' : rateLimit.normalizeIP(ip);
}
