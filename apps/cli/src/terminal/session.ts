import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config.js';
import type { ExitCode } from './exit-code.js';

/** Everything of the world that a command meets, as arguments: a test gives it streams and reads them back. */
export interface World {
  readonly env: Environment;
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly errors: Writable & { readonly isTTY?: boolean };
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** How `deletion watch` comes back to a service that went away. */
  readonly reconnect?: Reconnect;
  /** How long a command that waits for a purge pauses before it looks again. */
  readonly pollMs?: number;
}

export interface Reconnect {
  readonly attempts: number;
  readonly pauseMs: (attempt: number) => number;
}

/** One run of one command. */
export interface Session extends World {
  /** What the command ends with. */
  exitCode: ExitCode;
  /** Said after Ctrl-C: how to go on. */
  whenInterrupted?: string;
}

export function printJson(output: Writable, value: unknown): void {
  output.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
