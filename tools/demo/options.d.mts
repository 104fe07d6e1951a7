/** What `npm start` was asked for. */
export interface Options {
  /** Stop everything after the certificate, on throw-away data. */
  readonly once: boolean;
  /** Forget the kept data first. */
  readonly fresh: boolean;
}

export const USAGE: string;

/** An argument that is not known; the message says what is. */
export class UsageError extends Error {}

/** @throws UsageError with a sentence when an argument is not known. */
export function readOptions(args: readonly string[]): Options | 'help';

/** The options; prints the usage and ends the process when it is asked for, or when an argument is not known (exit 2). */
export function optionsOrEnd(args: readonly string[]): Options;
