import type { Hold } from '@lethe/contracts';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printJson, type Session } from '../terminal/session.js';
import { holdJson, holdPage } from './hold-page.js';

/** Prints the hold as it stands after a change. */
export function printHold({ output }: Session, hold: Hold | undefined, json: boolean): void {
  if (hold === undefined)
    throw new Failure(
      EXIT.unexpected,
      'the workspace service answered without the hold: look with lethe hold list',
    );
  if (json) printJson(output, holdJson(hold));
  else output.write(holdPage(hold));
}
