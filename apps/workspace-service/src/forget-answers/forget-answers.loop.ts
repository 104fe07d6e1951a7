import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { forgetAnswers } from '../idempotency/kept-answer.sql.js';

const KEPT_SECONDS = 24 * 3600;
const BATCH = 1000;

/** Makes it true that answers to repetitions are kept for a day and no longer. */
export async function forgetOldAnswers(pool: Pool): Promise<RunResult> {
  let deleted = 0;
  let batch: number;
  do deleted += batch = await forgetAnswers(pool, KEPT_SECONDS, BATCH);
  while (batch === BATCH);
  return { counts: { deleted } };
}
