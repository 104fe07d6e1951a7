import type { ExitCode } from './exit-code.js';

/** Ends a command: one sentence for the operator that says what to do, and the code to exit with. */
export class Failure extends Error {
  override readonly name = 'Failure';
  constructor(
    readonly exitCode: ExitCode,
    sentence: string,
    /** Of a refused call: its stable reason, for a command that knows a better sentence. */
    readonly reason?: string,
  ) {
    super(sentence);
  }
}

/** Ends a command after Ctrl-C, silently: what is to be said then stands in the session. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Asked before each step that cannot be taken back: after Ctrl-C no further one is taken. */
export function stopIfInterrupted({ signal }: { readonly signal: AbortSignal }): void {
  if (signal.aborted) throw new Interrupted();
}
