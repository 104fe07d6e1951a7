import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import type { RequiredParticipants } from '../deletion/participants.js';
import { grantPurge } from '../grant/grant.js';
import { listDue, type DueRow } from './start-due-purges.sql.js';

const BATCH = 50;

/** Makes it true that what is due is being purged. One that cannot be granted never stands in the way of those behind it. */
export async function startDuePurges(
  pool: Pool,
  participants: RequiredParticipants,
  logger: Logger,
): Promise<RunResult> {
  const counts = { found: 0, granted: 0, failed: 0 };
  let due: DueRow[];
  let last: DueRow | undefined;
  do {
    due = await listDue(pool, last, BATCH);
    last = due.at(-1);
    for (const { organization_id: organizationId, workspace_id: workspaceId } of due) {
      counts.found += 1;
      const order = { organizationId, workspaceId, kind: 'deletion_planned', by: { loop: true } } as const;
      try {
        if ((await grantPurge(pool, participants, order)).kind === 'granted') counts.granted += 1;
      } catch (error) {
        counts.failed += 1;
        logger.error({ err: error, workspaceId }, 'a due purge could not be started, will be tried again');
      }
    }
  } while (due.length === BATCH);
  return { counts };
}
