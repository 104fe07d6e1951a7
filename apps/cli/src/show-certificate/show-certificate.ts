import { canonicalJws, pageOf } from '@lethe/certificate';
import { WorkspaceServiceClient } from '@lethe/contracts';
import type { JSONWebKeySet } from 'jose';
import { InvalidArgumentError } from 'commander';
import { readPublicKeys } from '../certificate/public-keys.js';
import { withService } from '../connection/workspace-service.js';
import { readDocument, saveDocument } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';

export interface ShowCertificateOptions {
  /** Where to save it instead of printing it. */
  readonly output?: string;
  /** Where to save it as a page. */
  readonly html?: string;
  readonly keys?: string;
  readonly json?: true;
  readonly server?: string;
}

/**
 * Fetches a workspace's deletion certificate as it was signed; unverified, which is `certificate verify`'s work. As a page it is
 * verified with the keys at hand, and the page says whether it was.
 */
export async function showCertificate(
  session: Session,
  subject: string,
  options: ShowCertificateOptions,
): Promise<void> {
  const workspaceId = workspaceIdOf(subject);
  if (workspaceId === undefined) return showFile(session, subject, options);
  const { output, html, json, server } = options;
  const { certificateId, jws, jwksJson } = await withService(
    WorkspaceServiceClient,
    session,
    server,
    async (caller) => ({
      ...(await caller.unary((client) => client.getDeletionCertificate, { caller: undefined, workspaceId })),
      ...(html === undefined
        ? { jwksJson: '' }
        : await caller.unary((client) => client.listCertificateKeys, {})),
    }),
  );
  if (html !== undefined)
    await saveDocument(html, await madePage(jws, JSON.parse(jwksJson) as JSONWebKeySet));
  if (output !== undefined) await saveDocument(output, `${jws}\n`);
  if (json)
    printJson(session.output, {
      ...{ certificate_id: certificateId, jws, output: output ?? null },
      ...(html === undefined ? {} : { html }),
    });
  else if (output === undefined && html === undefined) session.output.write(`${printable(jws)}\n`);
  for (const path of json ? [] : [output, html])
    if (path !== undefined)
      session.output.write(`Saved deletion certificate ${printable(certificateId)} to ${printable(path)}\n`);
}

async function showFile(
  session: Session,
  path: string,
  { html, keys, output, server }: ShowCertificateOptions,
): Promise<void> {
  if (html === undefined || output !== undefined || server !== undefined)
    throw new Failure(
      EXIT.usage,
      `${path} is no workspace id; of a file a page can be made: give --html FILE, and --keys FILE`,
    );
  const text = await readDocument(path, session.input, 'the certificate');
  const set = keys === undefined ? { keys: [] } : await readPublicKeys(keys, session.input);
  await saveDocument(html, await madePage(canonicalJws(text) ?? text, set));
  session.output.write(`Saved the deletion certificate as a page to ${printable(html)}\n`);
}

async function madePage(jws: string, keys: JSONWebKeySet): Promise<string> {
  try {
    return await pageOf('certificate', jws, keys);
  } catch (error) {
    throw new Failure(EXIT.refused, (error as Error).message);
  }
}

function workspaceIdOf(text: string): string | undefined {
  try {
    return parseWorkspaceId(text);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return undefined;
    throw error;
  }
}
