import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import type { RequiredParticipants } from '../deletion/participants.js';
import { event } from '../event.js';
import {
  listUnproven,
  lockReplayed,
  openReplays,
  type ReplayRow,
  type ReplayableRow,
} from './replay-deletions.sql.js';

export interface Replay {
  readonly replayId: string;
  readonly by: string;
  /** Why it takes those too whose blocks were never shown to be gone. Undefined: it leaves them out. */
  readonly unproven?: string | undefined;
}
export interface Replayed {
  readonly opened: readonly ReplayRow[];
  /** Not replayed, for their blocks were counted and are not certified to be gone. */
  readonly leftOut: readonly ReplayableRow[];
}

/**
 * Orders these deletions once more, each as a deletion of a new epoch: from the commit on the workspaces are purging again, and end
 * with certificates of their own. What was not certified yet never is: the replay takes its place. All of a page, or none. What moved
 * on since it was listed is left out; so is what this replay ordered before. What somebody has counted blocks of, and nobody has shown to be
 * gone, is left out and told, or taken with the number that its certificate has to reach; what all have counted alike and only waits
 * for its certificate is left out in any case.
 */
export function replayDeletions(
  pool: Pool,
  participants: RequiredParticipants,
  { replayId, by, unproven }: Replay,
  listed: readonly ReplayableRow[],
): Promise<Replayed> {
  const workspaceIds = listed.map((row) => row.workspace_id);
  const deletionIds = listed.map((row) => row.replay_of);
  return transaction(pool, async (tx) => {
    await lockReplayed(tx, workspaceIds, deletionIds);
    const opened = await openReplays(tx, replayId, by, deletionIds, participants, unproven);
    const leftOut = await listUnproven(tx, replayId, deletionIds);
    await appendEvents(
      tx,
      ...opened.map((row) =>
        event('workspace.purge_started', row, row.grant_time, { deletionId: row.deletion_id }),
      ),
    );
    return { opened, leftOut };
  });
}
