import { WorkspaceServiceClient, type Deletion, type ParticipantStatus } from '@lethe/contracts';
import { withService } from '../connection/workspace-service.js';
import { blocksStayUntil } from '../deletion/blocks-stay.js';
import { deletionJson } from '../deletion/deletion-json.js';
import { conditionLine, progressPhrase, stateLine } from '../deletion/deletion-lines.js';
import { kindName } from '../deletion/deletion-names.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printableFields, printableTime } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

export interface ShowOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Prints the newest deletion of a workspace: where it stands, what holds it up, who has reported. */
export async function showDeletion(
  session: Session,
  workspaceId: string,
  options: ShowOptions,
): Promise<void> {
  const { deletion } = await withService(WorkspaceServiceClient, session, options.server, (caller) =>
    caller.unary((client) => client.getDeletion, { caller: undefined, workspaceId }),
  );
  if (deletion === undefined)
    throw new Failure(EXIT.unexpected, 'the workspace service answered without a deletion');
  if (options.json) printJson(session.output, deletionJson(deletion));
  else session.output.write(page(deletion));
}

function page(deletion: Deletion): string {
  const time = (at: Date | undefined) => (at === undefined ? undefined : printableTime(at));
  const fields = printableFields([
    ['workspace', deletion.workspaceId],
    ['organization', deletion.organizationId],
    ['kind', kindName(deletion.kind)],
    ['epoch', String(deletion.epoch)],
    ['requested by', deletion.requestedBy],
    ['deleted', time(deletion.deleteTime)],
    ['not purged before', time(deletion.purgeTime)],
    ['restored', time(deletion.restoreTime)],
    ['restored by', deletion.restoredBy],
    ['purge granted', time(deletion.grantTime)],
    ['blocks stay until', time(blocksStayUntil(deletion))],
    ['replays', deletion.replayOf],
    ['ordered', deletion.keepBlocks ? 'to keep its blocks until an operator releases them' : undefined],
    ['purged', time(deletion.purgedTime)],
    ['certificate', deletion.certificateId],
    ['blocks', deletion.progress && progressPhrase(deletion.progress)],
    ...deletion.participants.map(participantField),
  ]);
  const conditions = deletion.conditions.map((condition) => `  ${conditionLine(condition)}\n`);
  return `Deletion ${deletion.deletionId}, ${stateLine(deletion)}\n${fields}${conditions.join('')}`;
}

function participantField({ participant, reportTime }: ParticipantStatus): [string, string] {
  return [
    participant,
    reportTime === undefined ? 'has not reported' : `reported ${printableTime(reportTime)}`,
  ];
}
