import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import type { RequiredParticipants } from '../deletion/participants.js';
import { event } from '../event.js';
import { lockWorkspaces, openReplays, type ReplayRow, type ReplayableRow } from './replay-deletions.sql.js';

/**
 * Orders these deletions once more, each as a deletion of a new epoch: from the commit on the workspaces are purging again, and end
 * with certificates of their own. What was not certified yet never is: the replay takes its place. All of a page, or none. What moved
 * on since it was listed is left out; so is what this replay ordered before.
 */
export function replayDeletions(
  pool: Pool,
  participants: RequiredParticipants,
  replay: { readonly replayId: string; readonly by: string },
  listed: readonly ReplayableRow[],
): Promise<ReplayRow[]> {
  return transaction(pool, async (tx) => {
    await lockWorkspaces(
      tx,
      listed.map((row) => row.workspace_id),
    );
    const deletionIds = listed.map((row) => row.replay_of);
    const opened = await openReplays(tx, replay.replayId, replay.by, deletionIds, participants);
    await appendEvents(
      tx,
      ...opened.map((row) =>
        event('workspace.purge_started', row, row.grant_time, { deletionId: row.deletion_id }),
      ),
    );
    return opened;
  });
}
