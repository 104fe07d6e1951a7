import { InvalidArgumentError, Option, type Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { listDeletions, STATES, type StateName } from './list-deletions.js';

interface Options {
  organization?: string;
  state?: StateName;
  limit?: number;
  json?: true;
  server?: string;
}

export function addListDeletions(deletion: Command, session: Session): void {
  deletion
    .command('list')
    .description('list deletions, newest first within each organization')
    .option('--organization <id>', 'of one organization alone', notEmpty)
    .addOption(new Option('--state <state>', 'in this state alone').choices(Object.keys(STATES)))
    .option('--limit <n>', 'no more than n', parseLimit)
    .option('--json', 'print a JSON array')
    .option(...SERVER_OPTION)
    .action(async ({ organization, state, limit, json, server }: Options) => {
      await listDeletions(session, { organization, state, limit, json: json ?? false, server });
    });
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
