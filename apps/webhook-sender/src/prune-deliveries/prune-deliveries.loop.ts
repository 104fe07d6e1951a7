import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { deleteOver } from './prune-deliveries.sql.js';

const KEPT_SECONDS = 30 * 86_400;
const BATCH = 1000;

/** Makes it true that deliveries are forgotten 30 days after they ended, dead letters too. Pending ones stay. */
export async function pruneDeliveries(pool: Pool): Promise<RunResult> {
  const deleted = await deleteOver(pool, KEPT_SECONDS, BATCH);
  return { counts: { deleted }, more: deleted === BATCH };
}
