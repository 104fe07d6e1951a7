import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { interveneInDeletion, type Intervention } from './intervene-deletion.js';

interface Options {
  reason?: string;
  by?: string;
  json?: true;
  server?: string;
}

export function addInterveneDeletion(deletion: Command, session: Session): void {
  const add = (name: string, description: string, intervention: (options: Options) => Intervention) =>
    deletion
      .command(name)
      .description(description)
      .argument('<workspace-id>', 'a UUID, or its 32 hex digits', parseWorkspaceId)
      .option(...BY_OPTION, notEmpty)
      .option('--json', 'print a JSON object')
      .option(...SERVER_OPTION)
      .action(async (workspaceId: string, options: Options) => {
        const { by, json, server } = options;
        await interveneInDeletion(session, intervention(options), {
          ...{ workspaceId, by, json: json ?? false, server },
        });
      });

  add('pause', 'hold up a purge under way, from some seconds on; it cannot be undone', ({ reason = '' }) => ({
    kind: 'pause',
    reason,
  })).requiredOption('--reason <text>', 'why; shown with the deletion, to its users too', notEmpty);
  add('resume', 'let a paused purge go on', () => ({ kind: 'resume' }));
  add('retry', 'take up again at once what failed, is blocked, or needs attention', () => ({
    kind: 'retry',
  }));
}
