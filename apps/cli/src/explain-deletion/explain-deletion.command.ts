import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { explainDeletion } from './explain-deletion.js';

export function addExplainDeletion(deletion: Command, session: Session): void {
  deletion
    .command('explain')
    .description('say why a deletion does not go on, or how long it will take, and what to do')
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { json, server }: { json?: true; server?: string }) => {
      session.exitCode = await explainDeletion(session, workspaceId, { json: json ?? false, server });
    });
}
