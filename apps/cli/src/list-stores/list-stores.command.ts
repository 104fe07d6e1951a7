import type { Command } from 'commander';
import type { Session } from '../terminal/session.js';
import { listStores } from './list-stores.js';

export function addListStores(stores: Command, session: Session): void {
  stores
    .command('list')
    .description('list the stores that hold or held blocks, and what keeps them from being swept')
    .option('--json', 'print a JSON array')
    .action(async ({ json }: { json?: true }) => {
      await listStores(session, { json: json ?? false });
    });
}
