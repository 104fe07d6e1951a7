import { verifyDocument, type CertificateClaims } from '@lethe/certificate';
import type { JSONWebKeySet } from 'jose';
import { readDocument } from '../terminal/document.js';
import { Failure } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';
import { exitCodeOf, reasonOf } from './not-verified.js';

/** The claims of a verified certificate in a file. @throws Failure where it does not verify. */
export async function readCertificate(
  session: Session,
  path: string,
  keys: JSONWebKeySet,
): Promise<CertificateClaims> {
  const verification = await verifyDocument(await readDocument(path, session.input, 'the certificate'), keys);
  if (verification.kind === 'verified') return verification.claims;
  throw new Failure(exitCodeOf(verification), `not verified: ${reasonOf(verification)}`);
}
