// Starts the embedded stack and runs a command with its environment, or until Ctrl-C. See README.md for the options.
import { spawn, type ChildProcess } from 'node:child_process';
import { parseArgs } from 'node:util';
import { explain, fetchStack, MissingPiece, startStack, type ServerName } from './index.js';

async function main(): Promise<number> {
  const separator = process.argv.indexOf('--');
  const end = separator === -1 ? process.argv.length : separator;
  const { values } = parseArgs({
    args: process.argv.slice(2, end),
    options: {
      cache: { type: 'string' },
      only: { type: 'string' },
      data: { type: 'string' },
      fetch: { type: 'boolean' },
    },
  });
  const options = {
    say: (line: string) => console.error(line),
    ...(values.cache === undefined ? {} : { cache: values.cache }),
    ...(values.only === undefined ? {} : { only: serverNames(values.only) }),
  };
  if (values.fetch) {
    await fetchStack(options);
    return 0;
  }
  let command: ChildProcess | undefined;
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        command?.kill(signal);
        resolve('interrupted');
      });
    }
  });
  const data = values.data === undefined ? 'throwaway' : { directory: values.data };
  const stack = await Promise.race([startStack({ ...options, data }), interrupted]);
  if (stack === 'interrupted') return 130; // the servers die with this process
  const [program, ...args] = process.argv.slice(end + 1);
  let code = 0;
  if (program === undefined) {
    for (const [name, value] of Object.entries(stack.env)) console.log(`export ${name}='${value}'`);
    const alive = setInterval(() => {}, 1 << 30);
    await interrupted;
    clearInterval(alive);
  } else {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...stack.env } });
    command = child;
    code = await new Promise<number>((resolve) => {
      child.once('error', () => resolve(127));
      child.once('exit', (status) => resolve(status ?? 1));
    });
  }
  await stack.stop();
  return code;
}

function serverNames(text: string): ServerName[] {
  return text.split(',').map((name) => {
    if (name === 'postgres' || name === 'nats' || name === 's3' || name === 'swift') return name;
    throw new MissingPiece(`--only takes postgres, nats, s3 and swift, separated by commas, not "${name}".`);
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
