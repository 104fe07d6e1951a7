import type { PardonBlocksRequest, PardonBlocksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { pardon } from '../condemned/condemned.sql.js';
import { blockIdsOf } from '../condemned/ids.js';
import { organizationIdOf } from '../requests.js';

/**
 * Frees ids again. Those whose objects went are freed when uploads under way are over: one that came between the look at an object and
 * its deletion went with it, and who registers its id then must hear that.
 */
export const pardonBlocksRpc =
  (pool: Pool, uploadQuarantineSeconds: number) =>
  async (request: PardonBlocksRequest): Promise<PardonBlocksResponse> => {
    const organizationId = organizationIdOf(request);
    const inSeconds = request.swept ? uploadQuarantineSeconds : 0;
    await pardon(pool, organizationId, blockIdsOf(request), inSeconds);
    return {};
  };
