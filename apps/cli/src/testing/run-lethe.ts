import { PassThrough } from 'node:stream';
import type { Environment } from '../config.js';
import { run } from '../lethe.js';
import type { ExitCode } from '../terminal/exit-code.js';
import type { Reconnect } from '../terminal/session.js';

export interface Outcome {
  readonly code: ExitCode;
  readonly output: string;
  readonly errors: string;
}

export interface RunOptions {
  readonly env?: Environment;
  readonly stdin?: string;
  readonly terminal?: boolean;
  readonly signal?: AbortSignal;
  readonly reconnect?: Reconnect;
  /** Called with everything printed so far, each time something is. */
  readonly onOutput?: (soFar: string) => void;
  /** The same of the errors, where questions stand too. */
  readonly onErrors?: (soFar: string) => void;
}

/** Runs lethe in this process as a shell would, and answers with everything it printed, to the byte. */
export async function lethe(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { env = {}, stdin, terminal = false, signal = new AbortController().signal } = options;
  const { onOutput, onErrors } = options;
  const input = Object.assign(new PassThrough(), { isTTY: terminal });
  if (stdin !== undefined) input.end(stdin);
  const output = Object.assign(new PassThrough(), { isTTY: terminal, columns: 120 });
  const errors = Object.assign(new PassThrough(), { isTTY: terminal });
  let soFar = '';
  output.on('data', (chunk: Buffer) => {
    soFar += chunk.toString('utf8');
    onOutput?.(soFar);
  });
  let complaints = '';
  errors.on('data', (chunk: Buffer) => {
    complaints += chunk.toString('utf8');
    onErrors?.(complaints);
  });
  const reconnect = options.reconnect ?? { attempts: 5, pauseMs: () => 20 };
  const code = await run(argv, { env, input, output, errors, signal, reconnect, pollMs: 1 });
  output.end();
  errors.end();
  return { code, output: soFar, errors: complaints };
}
