import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import type { z } from 'zod';
import { certificateClaims, type CertificateClaims } from './claims.js';
import { canonicalJws } from './compact.js';
import { soundKeys } from './public-keys.js';
import { CERTIFICATE_TYPE, STATEMENT_TYPE } from './sign.js';
import { statementClaims, type StatementClaims } from './statement-claims.js';

/** No key of the set has the key id. */
interface UnknownKey {
  readonly kind: 'unknown_key';
  readonly keyId: string | undefined;
}
/** Altered, cut off, in another spelling, of another type, or not signed at all. */
interface Invalid {
  readonly kind: 'invalid';
  readonly reason: string;
}
interface Verified<Claims> {
  readonly kind: 'verified';
  readonly claims: Claims;
  readonly keyId: string;
}

/** What a verification finds. Only `verified` says that the claims are the issuer's. */
export type Verification =
  | Verified<CertificateClaims>
  /** Signed, and an interim statement: it says that the deletion is not complete. */
  | { readonly kind: 'statement'; readonly claims: StatementClaims; readonly keyId: string }
  | UnknownKey
  | Invalid;

export type StatementVerification = Verified<StatementClaims> | UnknownKey | Invalid;

/**
 * Verifies a deletion certificate against public keys, offline: its spelling, signature, type, and that its claims are consistent.
 * An interim statement of the same issuer is told by its own outcome, and is never `verified`.
 */
export async function verifyCertificate(text: string, keys: JSONWebKeySet): Promise<Verification> {
  const signed = await verifySignature(text, keys);
  if (signed.kind !== 'signed') return signed;
  if (signed.typ === STATEMENT_TYPE) {
    const statement = judge(signed, statementClaims);
    return statement.kind === 'verified' ? { ...statement, kind: 'statement' } : statement;
  }
  if (signed.typ !== CERTIFICATE_TYPE) return otherType(signed, CERTIFICATE_TYPE);
  return judge(signed, certificateClaims);
}

/** The same of an interim statement. */
export async function verifyStatement(text: string, keys: JSONWebKeySet): Promise<StatementVerification> {
  const signed = await verifySignature(text, keys);
  if (signed.kind !== 'signed') return signed;
  return signed.typ === STATEMENT_TYPE ? judge(signed, statementClaims) : otherType(signed, STATEMENT_TYPE);
}

interface Signed {
  readonly kind: 'signed';
  readonly typ: string | undefined;
  readonly keyId: string;
  readonly payload: Uint8Array;
}

async function verifySignature(text: string, keys: JSONWebKeySet): Promise<Signed | UnknownKey | Invalid> {
  const jws = canonicalJws(text);
  if (jws === undefined)
    return {
      kind: 'invalid',
      reason: 'not a compact JWS in its one spelling: altered, cut off, or none at all',
    };
  try {
    const { payload, protectedHeader } = await compactVerify(jws, await lookupIn(keys), {
      algorithms: ['EdDSA'],
    });
    if (protectedHeader.kid === undefined) return { kind: 'invalid', reason: 'signed, but it names no key' };
    return { kind: 'signed', typ: protectedHeader.typ, keyId: protectedHeader.kid, payload };
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return { kind: 'unknown_key', keyId: keyIdOf(jws) };
    return { kind: 'invalid', reason: error instanceof Error ? error.message : 'not a JWS' };
  }
}

/** A chain is verified with one set: its keys are read once. */
const lookups = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>();

async function lookupIn(keys: JSONWebKeySet): Promise<ReturnType<typeof createLocalJWKSet>> {
  const known = lookups.get(keys);
  if (known !== undefined) return known;
  const lookup = createLocalJWKSet(await soundKeys(keys));
  lookups.set(keys, lookup);
  return lookup;
}

const otherType = ({ typ }: Signed, wanted: string): Invalid => ({
  kind: 'invalid',
  reason: `signed, but a ${typ ?? 'thing without type'}, not a ${wanted}`,
});

function judge<Claims>({ payload, keyId }: Signed, schema: z.ZodType<Claims>): Verified<Claims> | Invalid {
  const claims = schema.safeParse(jsonOf(payload));
  if (claims.success) return { kind: 'verified', claims: claims.data, keyId };
  const reasons = claims.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  return { kind: 'invalid', reason: reasons.join('; ') };
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}

function keyIdOf(jws: string): string | undefined {
  const header = jsonOf(Buffer.from(jws.split('.')[0] ?? '', 'base64url')) as
    { kid?: unknown } | null | undefined;
  return typeof header?.kid === 'string' ? header.kid : undefined;
}
