import { jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Who calls, as far as a token is believed: roles and "validated" are workspace-service's to look up. */
export interface TokenSubject {
  readonly userId: string;
  readonly organizationId: string;
  /** The token is believed until then, in milliseconds since 1970. */
  readonly believedUntilMs: number;
}

/** The token does not prove who calls. Deliberately without the reason: it would only help a forger. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
}

/** The keys that could prove this token cannot be fetched now. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
}

/** Only signatures by asymmetric keys: with HS256, whoever reads the public key could sign. */
const ALGORITHMS = ['EdDSA', 'RS256', 'ES256'];
const CLOCK_TOLERANCE_SECONDS = 5;

const claims = z.object({
  userId: z.string().min(1).max(128),
  orgId: z.string().min(1).max(128).optional(),
  exp: z.number(),
});

export type TokenVerifier = (token: string) => Promise<TokenSubject>;

/**
 * Verifies a JWT (RFC 7519): pinned algorithms, issuer, audience, an expiry that is there and not over, and the claims.
 *
 * @throws InvalidTokenError for every fault of the token, KeysUnavailableError when its key may exist but cannot be fetched.
 */
export function createTokenVerifier(keyOf: JWTVerifyGetKey, { issuer, audience }: TokenRules): TokenVerifier {
  return async (token) => {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: ALGORITHMS,
      issuer,
      audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    }).catch((error: unknown) => {
      throw error instanceof KeysUnavailableError ? error : new InvalidTokenError();
    });
    const parsed = claims.safeParse(payload);
    if (!parsed.success) throw new InvalidTokenError();
    return {
      userId: parsed.data.userId,
      organizationId: parsed.data.orgId ?? '',
      believedUntilMs: (parsed.data.exp + CLOCK_TOLERANCE_SECONDS) * 1_000,
    };
  };
}
