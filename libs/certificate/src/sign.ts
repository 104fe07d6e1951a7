import { createHash } from 'node:crypto';
import { CompactSign, calculateJwkThumbprint, exportJWK, importJWK, type JWK } from 'jose';
import { certificateClaims, type CertificateClaims } from './claims.js';
import { statementClaims, type StatementClaims } from './statement-claims.js';

export const CERTIFICATE_TYPE = 'deletion-certificate+json';
/** Of an interim statement: never to be taken for a certificate. */
export const STATEMENT_TYPE = 'deletion-statement+json';

/** A private key for certificates with its id: the RFC 7638 thumbprint of its public half. */
export interface CertificateKey {
  readonly keyId: string;
  readonly publicJwk: JWK;
  /** @throws where the claims contradict each other: such a certificate is never signed. */
  sign(claims: CertificateClaims): Promise<string>;
  signStatement(claims: StatementClaims): Promise<string>;
}

/**
 * Takes an Ed25519 private key as a JSON Web Key.
 *
 * @throws Error with a sentence when the text is no such key.
 */
export async function readCertificateKey(privateJwkJson: string): Promise<CertificateKey> {
  const jwk = parseJwk(privateJwkJson);
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || jwk.d === undefined)
    throw new Error(
      'the certificate key must be an Ed25519 private key as a JSON Web Key (kty OKP, crv Ed25519, with d)',
    );
  const { kty, crv, x } = jwk;
  const [privateKey, publicOnly] = await Promise.all([
    importJWK(jwk, 'EdDSA'),
    importJWK({ kty, crv, x } as JWK, 'EdDSA').then(exportJWK),
  ]).catch(() => {
    throw new Error(
      'the certificate key is no Ed25519 key pair: d and x must be 32 bytes each, in base64url, and belong together',
    );
  });
  const keyId = await calculateJwkThumbprint(publicOnly);
  const signed = (typ: string, claims: unknown) =>
    new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', kid: keyId, typ })
      .sign(privateKey);
  return {
    keyId,
    publicJwk: { ...publicOnly, kid: keyId, alg: 'EdDSA', use: 'sig' },
    sign: (claims) => signed(CERTIFICATE_TYPE, certificateClaims.parse(claims)),
    signStatement: (claims) => signed(STATEMENT_TYPE, statementClaims.parse(claims)),
  };
}

/** How the next certificate of the organization refers to this one. */
export function certificateHash(jws: string): string {
  return createHash('sha256').update(jws).digest('hex');
}

function parseJwk(text: string): JWK {
  try {
    const jwk: unknown = JSON.parse(text);
    if (typeof jwk === 'object' && jwk !== null) return jwk;
  } catch {
    // refused below
  }
  throw new Error('the certificate key is not JSON; make one with an Ed25519 key as a JSON Web Key');
}
