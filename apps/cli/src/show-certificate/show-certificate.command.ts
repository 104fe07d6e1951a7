import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { showCertificate } from './show-certificate.js';

interface Options {
  output?: string;
  json?: true;
  server?: string;
}

export function addShowCertificate(certificate: Command, session: Session): void {
  certificate
    .command('show')
    .description("print a workspace's deletion certificate (a compact JWS)")
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--output <file>', 'save it to a new file instead')
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { output, json, server }: Options) => {
      await showCertificate(session, workspaceId, { output, json: json ?? false, server });
    });
}
