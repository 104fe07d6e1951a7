import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { listHolds } from './list-holds.js';

export function addListHolds(hold: Command, session: Session): void {
  hold
    .command('list')
    .description("list a workspace's holds, newest first, released ones too")
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--json', 'print a JSON array')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { json, server }: { json?: true; server?: string }) => {
      await listHolds(session, workspaceId, { json: json ?? false, server });
    });
}
