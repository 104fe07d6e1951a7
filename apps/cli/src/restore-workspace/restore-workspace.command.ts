import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { restoreWorkspace } from './restore-workspace.js';

export function addRestoreWorkspace(program: Command, session: Session): void {
  program
    .command('restore')
    .description(
      'bring a deleted workspace back, as an operator: possible until its purge starts, also when its users no longer may',
    )
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { json, server }: { json?: true; server?: string }) => {
      await restoreWorkspace(session, workspaceId, { json: json ?? false, server });
    });
}
