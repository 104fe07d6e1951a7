import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { watchDeletion } from './watch-deletion.js';

export function addWatchDeletion(deletion: Command, session: Session): void {
  deletion
    .command('watch')
    .description(
      'follow a deletion to its end: a progress bar on a terminal, a line for each change elsewhere',
    )
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--json', 'print a JSON object on one line for each change')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { json, server }: { json?: true; server?: string }) => {
      session.exitCode = await watchDeletion(session, workspaceId, { json: json ?? false, server });
    });
}
