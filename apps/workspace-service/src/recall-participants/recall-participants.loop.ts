import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { listAwaited } from './recall-participants.sql.js';

/**
 * Makes it true that `awaited` names whom open grants wait for, so that a participant can still report on what was granted before
 * it was taken from REQUIRED_PARTICIPANTS. Repeated, since a replica with older settings may grant until it is stopped.
 */
export async function recallParticipants(pool: Pool, awaited: Set<string>): Promise<RunResult> {
  const names = await listAwaited(pool);
  awaited.clear();
  for (const name of names) awaited.add(name);
  return { counts: { awaited: names.length } };
}
