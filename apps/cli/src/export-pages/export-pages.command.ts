import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { exportPages } from './export-pages.js';

export function addExportPages(certificate: Command, session: Session): void {
  certificate
    .command('pages')
    .description('save the pages behind a certificate\'s Merkle root, for "certificate verify --pages"')
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .requiredOption('--output <file>', 'a new file')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { output, server }: { output: string; server?: string }) => {
      await exportPages(session, workspaceId, { output, server });
    });
}
