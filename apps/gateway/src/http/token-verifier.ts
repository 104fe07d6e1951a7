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
/** A clock that is further ahead than this wrote nonsense (`iat`); nothing else depends on it. */
const ISSUED_AHEAD_SECONDS = 60;
/** The year 9999: what ends later, or counts milliseconds, never ends. */
const MAX_EXPIRY_SECONDS = 253_402_300_799;

const claims = z.object({
  userId: z.string().min(1).max(128),
  orgId: z.string().min(1).max(128).optional(),
  exp: z.number().max(MAX_EXPIRY_SECONDS),
  iat: z
    .number()
    .refine((time) => time <= Date.now() / 1_000 + ISSUED_AHEAD_SECONDS)
    .optional(),
});

export type TokenVerifier = (token: string) => Promise<TokenSubject>;

/**
 * Verifies a JWT (RFC 7519): its one spelling, pinned algorithms, issuer, audience, an expiry that is there and not over, and the
 * claims.
 *
 * @throws InvalidTokenError for every fault of the token, KeysUnavailableError when its key may exist but cannot be fetched.
 */
export function createTokenVerifier(keyOf: JWTVerifyGetKey, { issuer, audience }: TokenRules): TokenVerifier {
  return async (token) => {
    if (!token.split('.').every(isCanonical)) throw new InvalidTokenError();
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

/**
 * Base64url as RFC 7515 wants it: without padding, and with zeros in the bits of the last character that no byte needs. A
 * token that may be spelled in several ways can pass a list that names it in one.
 */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
