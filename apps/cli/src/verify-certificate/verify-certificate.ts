import { verifyChain, verifyDocument, type CertificateClaims } from '@lethe/certificate';
import type { JSONWebKeySet } from 'jose';
import { certificatePage } from '../certificate/certificate-page.js';
import { exitCodeOf, reasonOf, type Failed } from '../certificate/not-verified.js';
import { readPublicKeys } from '../certificate/public-keys.js';
import { readDocument } from '../terminal/document.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';
import { verifyBlocks, type BlockFindings, type BlockOptions } from './verify-blocks.js';

export interface VerifyOptions extends BlockOptions {
  /** A JSON Web Key Set; `-` is standard input. */
  readonly keys: string;
  readonly json?: true;
}

interface Document {
  readonly path: string;
  readonly text: string;
}

/** Verifies certificates with nothing but files, and prints what they claim. Answers with the exit code. */
export async function verify(
  session: Session,
  paths: readonly string[],
  options: VerifyOptions,
): Promise<ExitCode> {
  checkUsage(paths, options);
  const documents: Document[] = [];
  for (const path of paths)
    documents.push({ path, text: await readDocument(path, session.input, 'the certificate') });
  const keys = await readPublicKeys(options.keys, session.input);
  const verified = await verifyEach(session, documents, keys, options);
  if (typeof verified === 'number') return verified;
  const [first] = verified;
  if (first === undefined || verified.length > 1) return verifyAsChain(session, verified, keys, options);
  const findings = await verifyBlocks(first.claims, options);
  const troubles = findings?.troubles ?? [];
  if (options.json) printJson(session.output, jsonOfOne(first, findings));
  else if (troubles.length === 0) printOne(session, first, findings);
  for (const trouble of options.json ? [] : troubles) complain(session, trouble);
  return troubles.length === 0 ? EXIT.ok : EXIT.refused;
}

interface Verified {
  readonly jws: string;
  readonly claims: CertificateClaims;
  readonly keyId: string;
}

async function verifyEach(
  session: Session,
  documents: readonly Document[],
  keys: JSONWebKeySet,
  { json }: VerifyOptions,
): Promise<Verified[] | ExitCode> {
  const verified: Verified[] = [];
  for (const { path, text } of documents) {
    const verification = await verifyDocument(text, keys);
    if (verification.kind === 'verified') verified.push(verification);
    else {
      const where = documents.length === 1 ? '' : `${printable(path)}: `;
      if (json) printJson(session.output, jsonOfFailed(verification));
      else complain(session, where + reasonOf(verification));
      return exitCodeOf(verification);
    }
  }
  return verified;
}

async function verifyAsChain(
  session: Session,
  verified: readonly Verified[],
  keys: JSONWebKeySet,
  { json }: VerifyOptions,
): Promise<ExitCode> {
  const chain = await verifyChain(
    verified.map(({ jws }) => jws),
    keys,
  );
  if (chain.kind !== 'verified') {
    const reason = chain.kind === 'broken' ? chain.reason : reasonOf(chain.verification);
    if (json) printJson(session.output, { verified: false, kind: chain.kind, reason });
    else complain(session, `they are no chain: ${printable(reason)}`);
    return EXIT.refused;
  }
  const [from, to] = [chain.links[0], chain.links.at(-1)].map((link) => link?.claims.sequence ?? 0);
  const certificates = chain.links.map(({ keyId, claims }) => ({ key_id: keyId, claims }));
  if (json)
    printJson(session.output, { verified: true, chain: { from, to, whole: chain.whole }, certificates });
  else {
    const beginning = chain.whole ? '' : '; those before it were not given';
    session.output.write(
      `Verified: a chain without a gap of the certificates ${from} to ${to} of organization ${printable(chain.links[0]?.claims.organizationId ?? '')}${beginning}\n`,
    );
    for (const { claims, keyId } of chain.links)
      session.output.write(
        `\nNumber ${claims.sequence}, signed with the key ${printable(keyId)}\n\n${certificatePage(claims)}`,
      );
  }
  return EXIT.ok;
}

function printOne(session: Session, { claims, keyId }: Verified, findings: BlockFindings | undefined): void {
  session.output.write(`Verified: signed with the key ${printable(keyId)}\n`);
  for (const line of findings?.lines ?? []) session.output.write(`${printable(line)}\n`);
  session.output.write(`\n${certificatePage(claims)}`);
}

function complain({ errors }: Session, reason: string): void {
  errors.write(`lethe: not verified: ${reason}\n`);
}

function jsonOfOne(
  { claims, keyId }: Verified,
  findings: BlockFindings | undefined,
): Record<string, unknown> {
  if (findings === undefined) return { verified: true, key_id: keyId, claims };
  const { troubles, json } = findings;
  return { verified: troubles.length === 0, key_id: keyId, claims, ...json, troubles };
}

const jsonOfFailed = (failed: Failed): Record<string, unknown> => ({
  verified: false,
  kind: failed.kind,
  reason: reasonOf(failed),
});

function checkUsage(paths: readonly string[], { keys, pages, blocks, block, proof }: VerifyOptions): void {
  if ([...paths, keys].filter((path) => path === '-').length > 1)
    throw new Failure(
      EXIT.usage,
      'the certificate and the keys cannot both come from standard input: name a file for one of them',
    );
  if (pages !== undefined && paths.length > 1)
    throw new Failure(EXIT.usage, '--pages are those of one certificate: give that alone');
  if ((blocks !== undefined && pages === undefined) || (block !== undefined && blocks === undefined))
    throw new Failure(EXIT.usage, '--blocks needs --pages, and --block needs --blocks');
  if (proof !== undefined && block === undefined)
    throw new Failure(EXIT.usage, '--proof saves the proof of a block: give --block');
}
