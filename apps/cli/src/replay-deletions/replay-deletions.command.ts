import { randomUUID } from 'node:crypto';
import { isCanonicalUuid } from '@lethe/contracts';
import { InvalidArgumentError, type Command } from 'commander';
import { SERVER_OPTION } from '../connection/workspace-service.js';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { replayDeletions } from './replay-deletions.js';
import { parseSince } from './since.js';

interface Options {
  since: Date;
  organization?: string;
  allOrganizations?: true;
  dryRun?: true;
  yes?: true;
  replayId?: string;
  unproven?: true;
  reason?: string;
  by?: string;
  server?: string;
}

export function addReplayDeletions(program: Command, session: Session): void {
  program
    .command('replay-deletions')
    .description(
      'after a restored backup: delete once more what was certified as deleted, or reported as erased, since the backup was made; it lists first, then asks',
    )
    .requiredOption('--since <time>', 'when the backup was made, or earlier: 2026-11-22T08:00Z', parseSince)
    .option('--organization <id>', 'of one organization', notEmpty)
    .option('--all-organizations', 'of every organization')
    .option('--dry-run', 'list, and change nothing')
    .option('--yes', 'do not ask on the terminal')
    .option(
      '--replay-id <uuid>',
      'go on with this replay, which never deletes a workspace twice',
      parseReplayId,
    )
    .option(
      '--unproven',
      'take those too whose blocks were counted and never shown to be gone: none is certified before as many are counted again',
    )
    .option('--reason <text>', 'with --unproven: why, which is kept with the deletion', notEmpty)
    .option(...BY_OPTION, notEmpty)
    .option(...SERVER_OPTION)
    .action(async (options: Options, command: Command) => {
      const { since, organization, allOrganizations, dryRun, yes, replayId, by, server } = options;
      const { unproven, reason } = options;
      if ((organization === undefined) === (allOrganizations === undefined))
        command.error('error: name one organization with --organization, or ask for --all-organizations');
      if ((unproven === undefined) !== (reason === undefined))
        command.error('error: --unproven needs a --reason, and a --reason is for --unproven alone');
      await replayDeletions(session, {
        ...{ since, organization, replayId: replayId ?? randomUUID(), by, server },
        ...{ unproven: reason, dryRun: dryRun ?? false, yes: yes ?? false },
      });
    });
}

function parseReplayId(text: string): string {
  const id = text.toLowerCase();
  if (!isCanonicalUuid(id)) throw new InvalidArgumentError('A replay id is a UUID, as a replay prints it.');
  return id;
}
