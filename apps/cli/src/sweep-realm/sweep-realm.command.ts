import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { sweepRealm } from './sweep-realm.js';

interface Options {
  realm: string;
  from: string;
  yes?: true;
  by?: string;
  server?: string;
}

export function addSweepRealm(program: Command, session: Session): void {
  program
    .command('sweep')
    .description(
      'have the blocks removed that "delete-realm --keep-blocks" left, once the list of them is compared line by line',
    )
    .requiredOption('--realm <id>', '32 hex digits, or a UUID', parseWorkspaceId)
    .requiredOption('--from <file>', 'the list that delete-realm wrote', notEmpty)
    .option('--yes', 'do not ask on the terminal')
    .option(...BY_OPTION, notEmpty)
    .option(...SERVER_OPTION)
    .action(async ({ realm, from, yes, by, server }: Options) => {
      await sweepRealm(session, { realmId: realm, path: from, yes: yes ?? false, by, server });
    });
}
