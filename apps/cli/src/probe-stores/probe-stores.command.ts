import type { Command } from 'commander';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { probeStores } from './probe-stores.js';

export function addProbeStores(stores: Command, session: Session): void {
  stores
    .command('probe')
    .description('try out what the stores do and what their keys may, before the first purge')
    .option('--store <name>', 'this one only, named as in certificates', notEmpty)
    .option('--json', 'print a JSON array')
    .addHelpText(
      'after',
      '\nEnds with 1 where a purge would not get its certificate. What is tried out lies under ".lethe-trial/".',
    )
    .action(async ({ store = '', json }: { store?: string; json?: true }) => {
      await probeStores(session, { store, json: json ?? false });
    });
}
