import type { PardonBlocksRequest, PardonBlocksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { alone } from '../condemned/alone.js';
import { pardon } from '../condemned/condemned.sql.js';
import { blockIdsOf } from '../condemned/ids.js';
import { organizationIdOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

/**
 * Frees ids again. Those whose objects went are freed when uploads under way are over: one that came between the look at an object and
 * its deletion went with it, and who registers its id then must hear that. So none is freed before an order that deleted, or may have,
 * would have freed it. Waits for a condemnation under way, whose asker may have
 * given it up: it would else commit behind this, and nobody would free its ids.
 */
export const pardonBlocksRpc =
  (pool: Pool, store: RealmStore, uploadQuarantineSeconds: number) =>
  async (request: PardonBlocksRequest): Promise<PardonBlocksResponse> => {
    const organizationId = organizationIdOf(request);
    const inSeconds = request.swept ? uploadQuarantineSeconds : 0;
    const blockIds = blockIdsOf(request);
    await alone(pool, store, organizationId, (tx) => pardon(tx, organizationId, blockIds, inSeconds));
    return {};
  };
