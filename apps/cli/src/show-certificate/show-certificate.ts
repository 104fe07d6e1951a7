import { WorkspaceServiceClient } from '@lethe/contracts';
import { withService } from '../connection/workspace-service.js';
import { saveDocument } from '../terminal/document.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

export interface ShowCertificateOptions {
  /** Where to save it instead of printing it. */
  readonly output: string | undefined;
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Fetches a workspace's deletion certificate as it was signed; unverified, which is `certificate verify`'s work. */
export async function showCertificate(
  session: Session,
  workspaceId: string,
  { output, json, server }: ShowCertificateOptions,
): Promise<void> {
  const { certificateId, jws } = await withService(WorkspaceServiceClient, session, server, (caller) =>
    caller.unary((client) => client.getDeletionCertificate, { caller: undefined, workspaceId }),
  );
  if (output !== undefined) await saveDocument(output, `${jws}\n`);
  if (json) printJson(session.output, { certificate_id: certificateId, jws, output: output ?? null });
  else if (output === undefined) session.output.write(`${printable(jws)}\n`);
  else
    session.output.write(`Saved deletion certificate ${printable(certificateId)} to ${printable(output)}\n`);
}
