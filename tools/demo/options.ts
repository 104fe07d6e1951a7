/** What `npm start` was asked for. */
export interface Options {
  /** Stop everything after the certificate, on throw-away data. */
  readonly once: boolean;
  /** Forget the kept data first. */
  readonly fresh: boolean;
}

export const USAGE = `npm start [-- --once | --fresh]
  (nothing)  keep the data in .lethe/, run the main job, then stay up until Ctrl-C
  --once     throw-away data; stop after the certificate, exit 0 only if everything held
  --fresh    begin anew: forget what is kept in .lethe/`;

/** An argument that is not known; the message says what is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError with a sentence when an argument is not known. */
export function readOptions(args: readonly string[]): Options | 'help' {
  if (args.includes('--help') || args.includes('-h')) return 'help';
  const unknown = args.find((arg) => arg !== '--once' && arg !== '--fresh');
  if (unknown !== undefined) throw new UsageError(`${unknown} is not an option.\n${USAGE}`);
  const options = { once: args.includes('--once'), fresh: args.includes('--fresh') };
  if (options.once && options.fresh) throw new UsageError(`--once has nothing to forget.\n${USAGE}`);
  return options;
}
