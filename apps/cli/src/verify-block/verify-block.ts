import { readPublicKeys } from '../certificate/public-keys.js';
import { readCertificate } from '../certificate/read-certificate.js';
import { proofTrouble, readProof } from '../proof/block-proof.js';
import { readDocument } from '../terminal/document.js';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

/** Verifies a saved proof against a certificate: with three files, and nothing of the rest of the realm. */
export async function verifyBlock(
  session: Session,
  certificate: string,
  place: string,
  { keys, json }: { readonly keys: string; readonly json?: true },
): Promise<ExitCode> {
  const claims = await readCertificate(session, certificate, await readPublicKeys(keys, session.input));
  const proof = readProof(await readDocument(place, session.input, 'the proof'));
  const trouble =
    proof === undefined
      ? 'it is no proof as "certificate verify --proof" saves it'
      : proofTrouble(proof, claims);
  if (proof === undefined || trouble !== undefined) {
    if (json) printJson(session.output, { verified: false, reason: trouble });
    else session.errors.write(`lethe: not verified: ${printable(trouble ?? '')}\n`);
    return EXIT.refused;
  }
  const { block, page, index, size, root } = proof;
  if (json)
    printJson(session.output, {
      ...{ verified: true, certificate_id: claims.certificateId, workspace_id: claims.workspaceId },
      ...{ block, page, index, size, root },
    });
  else
    session.output.write(
      `Verified: block ${block} is in page ${page}, leaf ${index} of ${size}, of the certificate ${claims.certificateId}: it was read back as gone from every store\n`,
    );
  return EXIT.ok;
}
