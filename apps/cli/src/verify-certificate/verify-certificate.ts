import { verifyCertificate, type Verification } from '@lethe/certificate';
import { unreachable } from '@lethe/outcome';
import { certificatePage } from '../certificate/certificate-page.js';
import { readDocument } from '../terminal/document.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';
import { parsePublicKeys } from './public-keys.js';

export interface VerifyOptions {
  /** A JSON Web Key Set; `-` is standard input. */
  readonly keys: string;
  readonly json: boolean;
}

/** Verifies a certificate with nothing but two files, and prints what it claims. Answers 1 when it does not verify. */
export async function verify(session: Session, file: string, options: VerifyOptions): Promise<ExitCode> {
  if (file === '-' && options.keys === '-')
    throw new Failure(
      EXIT.usage,
      'the certificate and the keys cannot both come from standard input: name a file for one of them',
    );
  const jws = await readDocument(file, session.input, 'the certificate');
  const keys = parsePublicKeys(await readDocument(options.keys, session.input, 'the keys'), options.keys);
  const verification = await verifyCertificate(jws, keys);
  if (options.json) printJson(session.output, asJson(verification));
  else if (verification.kind === 'verified')
    session.output.write(
      `Verified: signed with the key ${printable(verification.keyId)}\n\n${certificatePage(verification.claims)}`,
    );
  else session.errors.write(`lethe: not verified: ${reasonOf(verification)}\n`);
  return verification.kind === 'verified' ? EXIT.ok : EXIT.refused;
}

type Failed = Exclude<Verification, { kind: 'verified' }>;

function reasonOf(failed: Failed): string {
  switch (failed.kind) {
    case 'unknown_key':
      return failed.keyId === undefined
        ? 'it names no key, and none of the keys fits'
        : `it is signed with the key ${printable(failed.keyId)}, which is not among the keys`;
    case 'statement':
      return 'it is an interim statement, not a certificate: it says that the deletion is not complete';
    case 'invalid':
      return printable(failed.reason);
    default:
      return unreachable(failed);
  }
}

function asJson(verification: Verification): Record<string, unknown> {
  if (verification.kind === 'verified')
    return { verified: true, key_id: verification.keyId, claims: verification.claims };
  return { verified: false, kind: verification.kind, reason: reasonOf(verification) };
}
