import type { Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { parseWorkspaceId } from '../workspace/workspace-id.js';
import { deleteRealm } from './delete-realm.js';

interface Options {
  organization: string;
  realm: string;
  dumpRealmBlocks?: string;
  keepBlocks?: true;
  dryRun?: true;
  yes?: true;
  by?: string;
  server?: string;
}

export function addDeleteRealm(program: Command, session: Session): void {
  program
    .command('delete-realm')
    .alias('delete_realm')
    .description(
      'delete a realm that list-deletable-realms lists: its metadata, and its blocks in the object storage. Ctrl-C is safe at any point: it says how to go on',
    )
    .requiredOption('--organization <id>', 'the organization', notEmpty)
    .requiredOption('--realm <id>', '32 hex digits, or a UUID', parseWorkspaceId)
    .option(
      '--dump-realm-blocks <file>',
      'first list the blocks in a new file, and its checksum in FILE.sha256',
      notEmpty,
    )
    .option('--keep-blocks', 'leave the listed blocks in the object storage, until "lethe sweep"')
    .option('--dry-run', 'check everything, say what would happen, and change nothing')
    .option('--yes', 'do not ask on the terminal')
    .option(...BY_OPTION, notEmpty)
    .option(...SERVER_OPTION)
    .action(async (options: Options, command: Command) => {
      const { organization, realm, dumpRealmBlocks, keepBlocks, dryRun, yes, by, server } = options;
      if (keepBlocks && dumpRealmBlocks === undefined)
        command.error(
          'error: --keep-blocks needs --dump-realm-blocks: without a list nobody finds the blocks',
        );
      await deleteRealm(session, {
        ...{ organizationId: organization, realmId: realm, dump: dumpRealmBlocks, by, server },
        ...{ keepBlocks: keepBlocks ?? false, dryRun: dryRun ?? false, yes: yes ?? false },
      });
    });
}
