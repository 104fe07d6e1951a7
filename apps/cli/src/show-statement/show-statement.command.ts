import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { showStatement, type ShowStatementOptions } from './show-statement.js';

export function addShowStatement(deletion: Command, session: Session): void {
  deletion
    .command('statement')
    .description('print a signed interim statement of a deletion under way (a compact JWS): no certificate')
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .option('--output <file>', 'save it to a new file instead')
    .option('--html <file>', 'save it as a page to a new file')
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, options: ShowStatementOptions) => {
      await showStatement(session, workspaceId, options);
    });
}
