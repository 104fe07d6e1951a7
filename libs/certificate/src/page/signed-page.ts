import type { JSONWebKeySet } from 'jose';
import { certificateClaims } from '../claims.js';
import { statementClaims } from '../statement-claims.js';
import { verifyCertificate, verifyStatement, type Verification } from '../verify.js';
import { certificateHtml } from './certificate-page.js';
import { embeddedJws, type Seal } from './html.js';
import { statementHtml } from './statement-page.js';

/**
 * The page of a certificate or a statement, verified against public keys. Where the key is not among them the page says so.
 *
 * @throws Error when the document is not what its issuer signs: of that no page is made.
 */
export async function pageOf(
  kind: 'certificate' | 'statement',
  jws: string,
  keys: JSONWebKeySet,
): Promise<string> {
  const verification = await (kind === 'certificate'
    ? verifyCertificate(jws, keys)
    : verifyStatement(jws, keys));
  switch (verification.kind) {
    case 'verified':
      return render(kind, jws, verification.claims, { kind: 'verified', keyId: verification.keyId });
    case 'unknown_key':
      return render(kind, jws, unverifiedClaims(jws), {
        kind: 'unverified',
        keyId: verification.keyId ?? 'without id',
      });
    case 'statement':
      throw new Error('an interim statement is no certificate');
    case 'invalid':
      throw new Error(`no page can be made: ${verification.reason}`);
  }
}

/** What verifies a file that may be a page: the document in it, and that the page says what the document says, to the byte. */
export async function verifyDocument(
  text: string,
  keys: JSONWebKeySet,
): Promise<Verification & { readonly jws: string }> {
  const embedded = embeddedJws(text);
  if (embedded === undefined) return { ...(await verifyCertificate(text, keys)), jws: text };
  const verification = await verifyCertificate(embedded, keys);
  if (verification.kind !== 'verified' && verification.kind !== 'statement')
    return { ...verification, jws: embedded };
  const kind = verification.kind === 'verified' ? 'certificate' : 'statement';
  const { keyId } = verification;
  const seals: Seal[] = [
    { kind: 'verified', keyId },
    { kind: 'unverified', keyId },
  ];
  if (seals.some((seal) => render(kind, embedded, verification.claims, seal) === text))
    return { ...verification, jws: embedded };
  return {
    kind: 'invalid',
    reason:
      'the document in the page verifies, but the page around it is not the one that is made of it: altered, or made by another version; believe the document alone',
    jws: embedded,
  };
}

function render(kind: 'certificate' | 'statement', jws: string, claims: unknown, seal: Seal): string {
  return kind === 'certificate'
    ? certificateHtml(jws, certificateClaims.parse(claims), seal)
    : statementHtml(jws, statementClaims.parse(claims), seal);
}

const unverifiedClaims = (jws: string): unknown =>
  JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
