import { InvalidArgumentError, type Command } from 'commander';
import { BY_OPTION } from '../hold/operator-option.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { setRateLimit, type Limited } from './set-rate-limit.js';

interface Options {
  organization?: string;
  store?: string;
  blocksPerSecond: number;
  by?: string;
  json?: true;
}

export function addSetRateLimit(rateLimit: Command, session: Session): void {
  rateLimit
    .command('set')
    .description('bound how fast blocks go: of one organization, or from one store; within seconds')
    .option('--organization <id>', 'blocks of this organization', notEmpty)
    .option('--store <name>', 'blocks in this store, named as in certificates', notEmpty)
    .requiredOption('--blocks-per-second <n>', 'at most so many; 0 or "remove": no limit', parseRate)
    .option(...BY_OPTION, notEmpty)
    .option('--json', 'print a JSON object, or null')
    .action(async (options: Options, command: Command) => {
      const limited = limitedOf(options) ?? command.error('error: name either --organization or --store');
      const { blocksPerSecond, by, json } = options;
      await setRateLimit(session, { limited, blocksPerSecond, by, json: json ?? false });
    });
}

/** Undefined where both are named, or none. */
function limitedOf({ organization, store }: Options): Limited | undefined {
  if (organization !== undefined && store === undefined) return { organizationId: organization };
  if (organization === undefined && store !== undefined) return { store };
  return undefined;
}

function parseRate(text: string): number {
  if (text === 'remove') return 0;
  const rate = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (rate === undefined) throw new InvalidArgumentError('A rate is a whole number, or "remove".');
  return rate;
}
