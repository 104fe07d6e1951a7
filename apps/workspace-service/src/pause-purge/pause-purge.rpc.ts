import type { PausePurgeRequest, PausePurgeResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { intervened, interventionOf } from '../intervention/intervened.js';
import { intervene } from '../intervention/intervention.js';
import { textOf } from '../requests.js';
import { pause } from './pause-purge.sql.js';

const MAX_REASON = 500;

/** The first pause stands: repeating it, with another reason too, changes nothing. */
export const pausePurgeRpc =
  (pool: Pool) =>
  async (request: PausePurgeRequest): Promise<PausePurgeResponse> => {
    const order = interventionOf(request);
    const reason = textOf(request.reason, 'reason', MAX_REASON);
    const outcome = await intervene(pool, order, async (tx, before) => {
      if (before.pause_time !== null) return undefined;
      const deletion = await pause(tx, before, order.operator, reason);
      // The reason is free text: it stays with the deletion.
      return { deletion, detail: { change: 'purge_paused', deletionId: deletion.deletion_id } };
    });
    return intervened(outcome);
  };
