import { EXIT } from '../terminal/exit-code.js';
import { Failure, Interrupted } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';
import { shellCommand } from '../terminal/shell.js';
import { realmHex } from '../workspace/workspace-id.js';
import type { DeleteRealmOptions } from './delete-realm.js';

/** Where a run of delete-realm stands, and how to go on: said after Ctrl-C, and behind whatever else breaks it off. */
export interface Standing {
  readonly unchanged: string;
  readonly ordering: string;
  readonly ordered: string;
  readonly releasing: string;
  readonly done: string;
}

export function standingOf(options: DeleteRealmOptions): Standing {
  const { realmId, dump, keepBlocks } = options;
  const realm = realmHex(realmId);
  const again = `Go on with: ${commandOf(options)}`;
  const follow = `Follow with: lethe deletion watch ${realmId}`;
  const kept = 'its blocks are kept, and none is lost';
  return {
    unchanged: 'Nothing was changed.',
    ordering: `The purge of realm ${realm} may be ordered all the same${dump === undefined ? '' : '; if so, its blocks are kept'}. ${again}`,
    ordered:
      dump === undefined
        ? `The purge of realm ${realm} is ordered, and goes on by itself. ${follow}`
        : `The purge of realm ${realm} is ordered; ${kept}. ${again}`,
    releasing: `The list is whole in ${dump ?? ''}; the blocks of realm ${realm} may be released already. Look with: lethe deletion explain ${realmId}; if they are not, go on with: ${commandOf(options)}`,
    done: keepBlocks
      ? `The realm has been deleted; ${kept}.`
      : `The realm has been deleted, and its blocks are being removed. ${follow}`,
  };
}

/** The same command again. */
function commandOf(options: DeleteRealmOptions): string {
  const { organizationId, realmId, dump, keepBlocks, yes, by, server } = options;
  const words = ['lethe', 'delete-realm', '--organization', organizationId, '--realm', realmHex(realmId)];
  if (dump !== undefined) words.push('--dump-realm-blocks', dump);
  if (keepBlocks) words.push('--keep-blocks');
  if (yes) words.push('--yes');
  if (by !== undefined) words.push('--by', by);
  if (server !== undefined) words.push('--server', server);
  return shellCommand(...words);
}

/** Whatever breaks the work off, behind its sentence stands where things are. An order that was refused changed nothing. */
export async function sayWhereItStands(
  session: Session,
  { ordering }: Standing,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    const failure =
      error instanceof Failure ? error : new Failure(EXIT.unexpected, `unexpected failure: ${String(error)}`);
    if (session.whenInterrupted === ordering && failure.exitCode === EXIT.refused) throw failure;
    throw new Failure(failure.exitCode, `${failure.message}. ${session.whenInterrupted ?? ''}`);
  }
}
