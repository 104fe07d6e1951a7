import type { RetryPurgeRequest, RetryPurgeResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { intervened, interventionOf } from '../intervention/intervened.js';
import { intervene } from '../intervention/intervention.js';
import { countRetry } from './retry-purge.sql.js';

/** Each order is one more; participants see the number with the grant. While paused it waits to be resumed. */
export const retryPurgeRpc =
  (pool: Pool) =>
  async (request: RetryPurgeRequest): Promise<RetryPurgeResponse> => {
    const outcome = await intervene(pool, interventionOf(request), async (tx, before) => {
      const deletion = await countRetry(tx, before);
      const { deletion_id: deletionId, retries } = deletion;
      return { deletion, detail: { change: 'purge_retried', deletionId, retries } };
    });
    return intervened(outcome);
  };
