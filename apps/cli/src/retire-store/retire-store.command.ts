import type { Command } from 'commander';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { retireStore } from './retire-store.js';

interface Options {
  organization?: string;
  reason: string;
  by?: string;
  yes?: true;
  json?: true;
}

export function addRetireStore(stores: Command, session: Session): void {
  stores
    .command('retire <store-id>')
    .description(
      'say that no block is left in a store that is not configured any more: pages are verified without it',
    )
    .option('--organization <id>', "this organization's blocks only", notEmpty)
    .requiredOption('--reason <text>', 'why, as in "moved to store b, emptied on 3 May"', notEmpty)
    .option(...BY_OPTION, notEmpty)
    .option('--yes', 'do not ask')
    .option('--json', 'print a JSON object')
    .action(async (storeId: string, { organization = '', yes, json, ...options }: Options) => {
      await retireStore(session, {
        ...options,
        by: options.by,
        storeId,
        organizationId: organization,
        yes: yes ?? false,
        json: json ?? false,
      });
    });
}
