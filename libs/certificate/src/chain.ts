import type { JSONWebKeySet } from 'jose';
import type { CertificateClaims } from './claims.js';
import { canonicalJws } from './compact.js';
import { certificateHash } from './sign.js';
import { verifyCertificate, type Verification } from './verify.js';

export interface Link {
  readonly jws: string;
  readonly claims: CertificateClaims;
  readonly keyId: string;
}

/** What a verification of several certificates finds. Only `verified` says that they are a chain. */
export type ChainVerification =
  /** In order; `whole` where it begins with the organization's first. */
  | { readonly kind: 'verified'; readonly links: readonly Link[]; readonly whole: boolean }
  /** One of them does not verify by itself: its place among those given, and why. */
  | { readonly kind: 'unverified'; readonly at: number; readonly verification: Failed }
  /** Each verifies, but together they are no chain. */
  | { readonly kind: 'broken'; readonly reason: string };

type Failed = Exclude<Verification, { kind: 'verified' }>;

/**
 * Verifies certificates of one organization as a chain, given in any order: every signature, sequence numbers without a gap, and in
 * each the hash of the one before. That none was written behind the last one, no chain can say.
 */
export async function verifyChain(texts: readonly string[], keys: JSONWebKeySet): Promise<ChainVerification> {
  const links: Link[] = [];
  for (const [at, text] of texts.entries()) {
    const verification = await verifyCertificate(text, keys);
    if (verification.kind !== 'verified') return { kind: 'unverified', at, verification };
    const { claims, keyId } = verification;
    links.push({ jws: canonicalJws(text) ?? '', claims, keyId });
  }
  links.sort((a, b) => a.claims.sequence - b.claims.sequence);
  const broken = links.map((link, i) => breakBetween(links[i - 1], link)).find(Boolean);
  if (broken !== undefined) return { kind: 'broken', reason: broken };
  return { kind: 'verified', links, whole: links[0]?.claims.sequence === 1 };
}

function breakBetween(before: Link | undefined, { claims }: Link): string | undefined {
  const { sequence, previous, organizationId } = claims;
  if (sequence === 1 && previous !== null) return 'number 1 names a certificate before it';
  if (sequence > 1 && previous === null) return `number ${sequence} names no certificate before it`;
  if (before === undefined) return undefined;
  if (organizationId !== before.claims.organizationId)
    return `they are of several organizations: ${before.claims.organizationId} and ${organizationId}`;
  if (sequence === before.claims.sequence) return `number ${sequence} is there twice`;
  if (sequence !== before.claims.sequence + 1)
    return `number ${before.claims.sequence + 1} is missing before number ${sequence}`;
  if (previous !== certificateHash(before.jws))
    return `number ${sequence} does not follow the number ${before.claims.sequence} that was given`;
  return undefined;
}
