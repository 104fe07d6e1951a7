import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { listDeletableRealms } from './list-deletable-realms.js';

interface Options {
  organization?: string;
  allOrganizations?: true;
  sizes?: true;
  json?: true;
  server?: string;
}

export function addListDeletableRealms(program: Command, session: Session): void {
  program
    .command('list-deletable-realms')
    .alias('list_deletable_realms')
    .description(
      'list the realms that could be purged now: planned deletions that are due, and orphaned realms',
    )
    .option('--organization <id>', 'the organization', notEmpty)
    .option('--all-organizations', 'every organization; each line then ends with its own')
    .option('--sizes', 'each line then ends with blocks and bytes, which are asked of realm-purge')
    .option('--json', 'print a JSON array')
    .option(...SERVER_OPTION)
    .action(async ({ organization, allOrganizations, sizes, json, server }: Options, command: Command) => {
      if ((organization === undefined) === (allOrganizations === undefined))
        command.error('error: name one organization with --organization, or ask for --all-organizations');
      await listDeletableRealms(session, {
        organization,
        sizes: sizes ?? false,
        json: json ?? false,
        server,
      });
    });
}
