import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { certificateClaims, type CertificateClaims } from './claims.js';
import { CERTIFICATE_TYPE } from './sign.js';

/** What a verification finds. Only `verified` says that the claims are the issuer's. */
export type Verification =
  | { readonly kind: 'verified'; readonly claims: CertificateClaims; readonly keyId: string }
  /** No key of the set has the certificate's key id. */
  | { readonly kind: 'unknown_key'; readonly keyId: string | undefined }
  /** Altered, cut off, of another type, or not a certificate at all. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** Verifies a deletion certificate against public keys, offline: signature, type, and that its claims are consistent. */
export async function verifyCertificate(jws: string, keys: JSONWebKeySet): Promise<Verification> {
  let verified: Awaited<ReturnType<typeof compactVerify>>;
  try {
    verified = await compactVerify(jws.trim(), createLocalJWKSet(keys), { algorithms: ['EdDSA'] });
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return { kind: 'unknown_key', keyId: keyIdOf(jws) };
    return { kind: 'invalid', reason: error instanceof Error ? error.message : 'not a JWS' };
  }
  const { payload, protectedHeader } = verified;
  if (protectedHeader.typ !== CERTIFICATE_TYPE)
    return {
      kind: 'invalid',
      reason: `signed, but a ${protectedHeader.typ ?? 'thing without type'}, not a ${CERTIFICATE_TYPE}`,
    };
  const claims = certificateClaims.safeParse(jsonOf(payload));
  if (!claims.success)
    return {
      kind: 'invalid',
      reason: claims.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    };
  return { kind: 'verified', claims: claims.data, keyId: protectedHeader.kid ?? '' };
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}

function keyIdOf(jws: string): string | undefined {
  const header = jsonOf(Buffer.from(jws.trim().split('.')[0] ?? '', 'base64url')) as
    { kid?: unknown } | undefined;
  return typeof header?.kid === 'string' ? header.kid : undefined;
}
