import { pageOf } from '@lethe/certificate';
import { WorkspaceServiceClient } from '@lethe/contracts';
import type { JSONWebKeySet } from 'jose';
import { withService } from '../connection/workspace-service.js';
import { saveDocument } from '../terminal/document.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

export interface ShowStatementOptions {
  readonly output?: string;
  readonly html?: string;
  readonly json?: true;
  readonly server?: string;
}

/** Fetches a signed statement of where a deletion stands now: never a certificate. */
export async function showStatement(
  session: Session,
  workspaceId: string,
  { output, html, json, server }: ShowStatementOptions,
): Promise<void> {
  const { jws, jwksJson } = await withService(WorkspaceServiceClient, session, server, async (caller) => ({
    ...(await caller.unary((client) => client.getDeletionStatement, { caller: undefined, workspaceId })),
    ...(html === undefined
      ? { jwksJson: '' }
      : await caller.unary((client) => client.listCertificateKeys, {})),
  }));
  if (html !== undefined)
    await saveDocument(html, await pageOf('statement', jws, JSON.parse(jwksJson) as JSONWebKeySet));
  if (output !== undefined) await saveDocument(output, `${jws}\n`);
  if (json) printJson(session.output, { jws, output: output ?? null, html: html ?? null });
  else if (output === undefined && html === undefined) session.output.write(`${printable(jws)}\n`);
  for (const path of json ? [] : [output, html])
    if (path !== undefined) session.output.write(`Saved the interim statement to ${printable(path)}\n`);
}
