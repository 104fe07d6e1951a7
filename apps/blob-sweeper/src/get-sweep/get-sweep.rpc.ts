import { isCanonicalUuid, type GetSweepRequest, type GetSweepResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { sweepNotFound } from '../requests.js';
import { sumLedger } from '../sweep/ledger.sql.js';
import { findSweep } from './get-sweep.sql.js';

export const getSweepRpc =
  (pool: Pool) =>
  async (request: GetSweepRequest): Promise<GetSweepResponse> => {
    const realmId = request.realmId.toLowerCase();
    const sweep = isCanonicalUuid(realmId) ? await findSweep(pool, realmId) : undefined;
    if (sweep === undefined) throw sweepNotFound();
    const sums = await sumLedger(pool, realmId, sweep.epoch);
    return {
      sweep: {
        organizationId: sweep.organization_id,
        realmId,
        epoch: sweep.epoch,
        pagesVerified: sums.verified,
        pagesBlocked: sums.blocked,
        blocksSwept: sums.swept,
        blocksRetained: sums.retained,
        reportTime: sweep.report_time ?? undefined,
      },
    };
  };
