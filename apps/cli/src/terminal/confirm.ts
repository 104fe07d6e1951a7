import { createInterface } from 'node:readline';
import { EXIT } from './exit-code.js';
import { Failure, stopIfInterrupted } from './failure.js';
import type { Session } from './session.js';

/** What is about to happen, to be said before the question. */
export interface Confirmation {
  /** Lines, ready to print. */
  readonly facts: string;
  /** As in "delete this realm". */
  readonly act: string;
  /** `--yes` was given. */
  readonly yes: boolean;
}

/**
 * Asks a person on the terminal whether to go on; only the whole word `yes` is a yes. The question goes to the errors, so that
 * the output stays what scripts know. Nobody is asked with `--yes`.
 *
 * @throws Failure when the answer is another, or when there is no terminal to ask on.
 */
export async function confirm(session: Session, { facts, act, yes }: Confirmation): Promise<void> {
  stopIfInterrupted(session);
  if (yes) return;
  const { input, errors } = session;
  if (!input.isTTY || !errors.isTTY)
    throw new Failure(
      EXIT.usage,
      `there is no terminal to ask on, and nothing was changed: give --yes to ${act} without a question`,
    );
  errors.write(`${facts}Type yes to ${act}: `);
  const answer = await readAnswer(session);
  stopIfInterrupted(session);
  if (answer !== 'yes') throw new Failure(EXIT.refused, 'the answer was not yes: nothing was changed');
}

/** One line; undefined where the input ends. The terminal stays as it is, so that Ctrl-C arrives as a signal. */
function readAnswer({ input, signal }: Session): Promise<string | undefined> {
  const lines = createInterface({ input, terminal: false });
  return new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => {
      resolve(undefined);
    });
    signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  }).finally(() => {
    lines.close();
  });
}
