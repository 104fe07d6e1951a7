import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import type { RequiredParticipants } from '../deletion/participants.js';
import { grantPurge } from '../grant/grant.js';
import { listDue } from './start-due-purges.sql.js';

const BATCH = 50;

/** Makes it true that what is due is being purged. */
export async function startDuePurges(pool: Pool, participants: RequiredParticipants): Promise<RunResult> {
  const due = await listDue(pool, BATCH);
  let granted = 0;
  for (const { organization_id: organizationId, workspace_id: workspaceId } of due) {
    const order = { organizationId, workspaceId, kind: 'deletion_planned', by: { loop: true } } as const;
    if ((await grantPurge(pool, participants, order)).kind === 'granted') granted += 1;
  }
  return { counts: { found: due.length, granted }, more: due.length === BATCH && granted > 0 };
}
