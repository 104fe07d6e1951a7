import type { Command } from 'commander';
import { parseMinAge } from '../orphan/min-age.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { listOrphans } from './list-orphans.js';

interface Options {
  organization: string;
  store: string;
  minAge: number;
  output: string;
  json?: true;
}

const WEEK = 604_800;

export function addListOrphans(orphans: Command, session: Session): void {
  orphans
    .command('list')
    .description(
      'compare a store with the blocks of an organization, and list the objects and unfinished uploads that no realm knows; changes nothing. Ends with 1 where a live realm has rows without an object',
    )
    .requiredOption('--organization <id>', 'the organization', notEmpty)
    .requiredOption('--store <name>', 'as lethe stores list names it', notEmpty)
    .option('--min-age <age>', 'leave out what is younger, as in 7d or 36h; at least 1h', parseMinAge, WEEK)
    .requiredOption('--output <file>', 'a new file for the list; its checksum in FILE.sha256', notEmpty)
    .option('--json', 'print a JSON object')
    .action(async ({ organization, store, minAge, output, json }: Options) => {
      await listOrphans(session, {
        ...{ organizationId: organization, store, minAgeSeconds: minAge, output },
        json: json ?? false,
      });
    });
}
