import type { Command } from 'commander';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { deleteOrphans } from './delete-orphans.js';

interface Options {
  from: string;
  by?: string;
  yes?: true;
  json?: true;
}

export function addDeleteOrphans(orphans: Command, session: Session): void {
  orphans
    .command('delete')
    .description(
      'delete the objects and abort the unfinished uploads of a reviewed list that no realm knows still. Safe to interrupt and to repeat; ends with 1 where one could not be deleted',
    )
    .requiredOption(
      '--from <file>',
      'the list that "orphans list" wrote, with FILE.sha256 beside it',
      notEmpty,
    )
    .option(...BY_OPTION, notEmpty)
    .option('--yes', 'do not ask')
    .option('--json', 'print a JSON object')
    .action(async ({ from, by, yes, json }: Options) => {
      await deleteOrphans(session, { path: from, by, yes: yes ?? false, json: json ?? false });
    });
}
