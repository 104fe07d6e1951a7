import type { Command } from 'commander';
import type { Session } from '../terminal/session.js';
import { listRateLimits } from './list-rate-limits.js';

export function addListRateLimits(rateLimit: Command, session: Session): void {
  rateLimit
    .command('list')
    .description('list the rate limits of organizations and stores')
    .option('--json', 'print a JSON array')
    .action(async ({ json }: { json?: true }) => {
      await listRateLimits(session, { json: json ?? false });
    });
}
