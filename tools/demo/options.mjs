// Plain Node: a wrong option is refused before anything is installed.

export const USAGE = `npm start [-- --once | --fresh]
  (nothing)  keep the data in .lethe/, run the main job, then stay up until Ctrl-C
  --once     throw-away data; stop after the certificate, exit 0 only if everything held
  --fresh    begin anew: forget what is kept in .lethe/`;

export class UsageError extends Error {
  name = 'UsageError';
}

export function readOptions(args) {
  if (args.includes('--help') || args.includes('-h')) return 'help';
  const unknown = args.find((arg) => arg !== '--once' && arg !== '--fresh');
  if (unknown !== undefined) throw new UsageError(`${unknown} is not an option.\n${USAGE}`);
  const options = { once: args.includes('--once'), fresh: args.includes('--fresh') };
  if (options.once && options.fresh) throw new UsageError(`--once has nothing to forget.\n${USAGE}`);
  return options;
}

/** What was asked for; ends the process when that is help, or nothing that can be done. */
export function optionsOrEnd(args) {
  try {
    const options = readOptions(args);
    if (options !== 'help') return options;
    console.log(USAGE);
    process.exit(0);
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}
