import type { ExitCode } from './exit-code.js';

/** Ends a command: one sentence for the operator that says what to do, and the code to exit with. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly exitCode: ExitCode,
    sentence: string,
  ) {
    super(sentence);
  }
}
