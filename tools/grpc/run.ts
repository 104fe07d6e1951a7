import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { status } from '@grpc/grpc-js';
import { Connection, Refused } from './call.js';

const USAGE = `Usage: npx tsx --conditions=@lethe/source tools/grpc-call.ts [--max-time SECONDS] ADDRESS WHAT

WHAT is
  list                   the services of the server
  list SERVICE           the methods of one
  SERVICE/METHOD [JSON]  calls it with this request, or an empty one

The token of the caller is read from GRPC_TOKEN. Ends with 64 + the gRPC status code of a call that is refused.
`;

/** Above these, as in grpcurl, stands the status of a call. */
const STATUS_BASE = 64;
const DEFAULT_SECONDS = '10';

export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Writable;
  readonly errors: Writable;
}

/** One run of the command. Answers with the exit code: 0, 1 when it could not call, 2 for wrong usage, else 64 + status. */
export async function run(argv: readonly string[], { env, output, errors }: World): Promise<number> {
  const asked = parse(argv);
  if (asked === undefined) {
    errors.write(USAGE);
    return 2;
  }
  const { address, what, argument, maxSeconds } = asked;
  const connection = new Connection({ address, token: env['GRPC_TOKEN'] || undefined, maxSeconds });
  const lines = (names: string[]) => output.write(names.map((name) => `${name}\n`).join(''));
  try {
    if (what !== 'list')
      for await (const answer of connection.call(what, argument ?? '{}'))
        output.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    else if (argument === undefined) lines(await connection.listServices());
    else lines(await connection.listMethods(argument));
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) {
      errors.write(`${(error as Error).message}\n`);
      return 1;
    }
    errors.write(refusal(error));
    return STATUS_BASE + error.code;
  } finally {
    connection.close();
  }
}

function refusal({ code, message, details }: Refused): string {
  const lines = details.map((detail, i) => `  ${i + 1}) ${JSON.stringify(detail)}\n`);
  const list = lines.length === 0 ? '' : `  Details:\n  ${lines.join('  ')}`;
  return `ERROR:\n  Code: ${status[code]}\n  Message: ${message}\n${list}`;
}

function parse(argv: readonly string[]) {
  try {
    const options = { 'max-time': { type: 'string', default: DEFAULT_SECONDS } } as const;
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
    const [address, what, argument, ...more] = positionals;
    const maxSeconds = Number(values['max-time']);
    if (address === undefined || what === undefined || more.length > 0 || !(maxSeconds > 0)) return undefined;
    return { address, what, argument, maxSeconds };
  } catch {
    return undefined;
  }
}
