import { WorkspaceServiceClient } from '@lethe/contracts';
import { withService } from '../connection/workspace-service.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printJson, type Session } from '../terminal/session.js';

/** Prints the public keys of certificates as a JSON Web Key Set: what `certificate verify --keys` takes. */
export async function listCertificateKeys(session: Session, server: string | undefined): Promise<void> {
  const { jwksJson } = await withService(WorkspaceServiceClient, session, server, (caller) =>
    caller.unary((client) => client.listCertificateKeys, {}),
  );
  printJson(session.output, parse(jwksJson));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure(EXIT.unexpected, 'the workspace service answered with keys that are not JSON');
  }
}
