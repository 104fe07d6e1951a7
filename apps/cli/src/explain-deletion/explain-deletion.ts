import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { printJson, type Session } from '../terminal/session.js';
import { diagnose } from './diagnosis.js';
import { explainJson } from './explain-json.js';
import { explainPage } from './explain-page.js';

export interface ExplainOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/**
 * Says why a deletion does not go on, or how far it is and how long it will take, as each service sees it, and what to do. Answers 69
 * where one did not answer; what the others say is printed all the same.
 */
export async function explainDeletion(
  session: Session,
  workspaceId: string,
  { json, server }: ExplainOptions,
): Promise<ExitCode> {
  const diagnosis = await diagnose(session, workspaceId, server);
  if (json) printJson(session.output, explainJson(diagnosis));
  else session.output.write(explainPage(diagnosis));
  const { deletion, purge, sweep, blocked } = diagnosis;
  const isWhole = [deletion, purge, sweep, blocked].every(({ kind }) => kind !== 'away');
  return isWhole ? EXIT.ok : EXIT.unavailable;
}
