import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { parseHoldId } from '../hold/hold-id.js';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { releaseHold, type HoldInForce } from './release-hold.js';

interface Options {
  workspace?: string;
  origin?: string;
  by?: string;
  json?: true;
  server?: string;
}

export function addReleaseHold(hold: Command, session: Session): void {
  hold
    .command('release')
    .description('release a hold: a deletion it held up goes on from there')
    .argument('[hold-id]', 'as "hold list" prints it', parseHoldId)
    .option('--workspace <id>', 'instead of the hold: its workspace, with --origin', parseWorkspaceId)
    .option('--origin <origin>', 'instead of the hold: who asked for it, with --workspace', notEmpty)
    .option(...BY_OPTION, notEmpty)
    .option('--json', 'print a JSON object')
    .option(...SERVER_OPTION)
    .action(async (holdId: string | undefined, options: Options, command: Command) => {
      const which =
        whichHold(holdId, options) ??
        command.error(
          'error: name either the hold, or its workspace and origin with --workspace and --origin',
        );
      const { by, json, server } = options;
      await releaseHold(session, { which, by, json: json ?? false, server });
    });
}

/** Undefined where neither or both ways are taken, or one by half. */
function whichHold(holdId: string | undefined, { workspace, origin }: Options): HoldInForce | undefined {
  if (holdId !== undefined && workspace === undefined && origin === undefined)
    return { holdId, workspaceId: '', origin: '' };
  if (holdId === undefined && workspace !== undefined && origin !== undefined)
    return { holdId: '', workspaceId: workspace, origin };
  return undefined;
}
