import type { Component } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { KeysUnavailableError } from './token-verifier.js';

export interface SigningKeys extends Component {
  /** The key a token names. Rejects with KeysUnavailableError when it is unknown and the issuer cannot be asked. */
  readonly keyOf: JWTVerifyGetKey;
  /** Rejects while no keys were ever fetched. */
  ready(): Promise<void>;
}

export interface SigningKeysOptions {
  readonly url: string;
  readonly logger: Logger;
  /** How often retired keys are forgotten. */
  readonly refreshMs?: number;
  /** After a fetch: how long an unknown key is answered without another one. */
  readonly cooldownMs?: number;
}

const REFRESH_MS = 5 * 60_000;
const COOLDOWN_MS = 10_000;
const FETCH_MS = 3_000;

/**
 * The issuer's public keys. While the issuer is away, the keys known so far go on working and unknown ones fail closed.
 * So keys never expire here (`cacheMaxAge`): what the issuer retired is dropped by the next good refresh instead.
 */
export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { url, logger, refreshMs = REFRESH_MS, cooldownMs = COOLDOWN_MS } = options;
  const keys = createRemoteJWKSet(new URL(url), {
    cacheMaxAge: Infinity,
    cooldownDuration: cooldownMs,
    timeoutDuration: FETCH_MS,
    [customFetch]: pausingAfterFailure(cooldownMs),
  });
  let timer: NodeJS.Timeout | undefined;
  const refresh = () =>
    keys.reload().catch((error: unknown) => {
      logger.warn({ err: error }, 'the issuer’s keys cannot be fetched, those known go on');
    });
  return {
    name: 'signing-keys',
    keyOf: async (header, token) => {
      try {
        return await keys(header, token);
      } catch (error) {
        throw saysNoSuchKey(error) ? error : new KeysUnavailableError();
      }
    },
    async ready() {
      if (keys.jwks() === undefined) await keys.reload();
    },
    async start() {
      timer = setInterval(() => void refresh(), refreshMs);
      await refresh(); // an issuer that is away must not keep the gateway from starting: /readyz tells
    },
    stop() {
      clearInterval(timer);
      return Promise.resolve();
    },
  };
}

function saysNoSuchKey(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

/** After a failed fetch, fails at once for a while: forged key ids must not become requests to an issuer in trouble. */
function pausingAfterFailure(cooldownMs: number): typeof fetch {
  const pauseMs = Math.min(cooldownMs, 1_000);
  let failedAt = -Infinity;
  return async (input, init) => {
    if (performance.now() - failedAt < pauseMs) throw new Error('the issuer failed a moment ago');
    try {
      const response = await fetch(input, init);
      if (response.status !== 200) failedAt = performance.now();
      return response;
    } catch (error) {
      failedAt = performance.now();
      throw error;
    }
  };
}
