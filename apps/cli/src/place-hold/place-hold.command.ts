import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { placeHold } from './place-hold.js';

interface Options {
  origin: string;
  reason: string;
  by?: string;
  json?: true;
  server?: string;
}

export function addPlaceHold(hold: Command, session: Session): void {
  hold
    .command('place')
    .description('keep a workspace from being deleted and purged until the hold is released')
    .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
    .requiredOption('--origin <origin>', 'who asks for it: a court, a department', notEmpty)
    .requiredOption('--reason <reason>', 'why', notEmpty)
    .option(...BY_OPTION, notEmpty)
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (workspaceId: string, { origin, reason, by, json, server }: Options) => {
      await placeHold(session, { workspaceId, origin, reason, by, json: json ?? false, server });
    });
}
