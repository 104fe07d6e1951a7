import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { showDeletion } from './show-deletion.js';

export function addShowDeletion(deletion: Command, session: Session): void {
  deletion
    .command('show')
    .description("show a workspace's newest deletion")
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { json, server }: { json?: true; server?: string }) => {
      await showDeletion(session, workspaceId, { json: json ?? false, server });
    });
}
