import type { ResumePurgeRequest, ResumePurgeResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { intervened, interventionOf } from '../intervention/intervened.js';
import { intervene } from '../intervention/intervention.js';
import { resume } from './resume-purge.sql.js';

/** `afterwards` rings the certifier's doorbell: a pause may have been all that was in its way. */
export const resumePurgeRpc =
  (pool: Pool, afterwards: () => void) =>
  async (request: ResumePurgeRequest): Promise<ResumePurgeResponse> => {
    const outcome = await intervene(pool, interventionOf(request), async (tx, before) => {
      if (before.pause_time === null) return undefined;
      const deletion = await resume(tx, before);
      return { deletion, detail: { change: 'purge_resumed', deletionId: deletion.deletion_id } };
    });
    afterwards();
    return intervened(outcome);
  };
