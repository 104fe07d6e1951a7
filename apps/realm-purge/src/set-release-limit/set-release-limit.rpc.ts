import type { SetReleaseLimitRequest, SetReleaseLimitResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { MAX_PER_SECOND, isRate } from '@lethe/rate-limit';
import { limitOf } from '../limit/limit.js';
import { organizationIdOf, printableOf, refusals } from '../requests.js';
import { removeLimit, setLimit, stepOrganizationSoon } from './set-release-limit.sql.js';

/** How fast an organization's blocks are released, at most. It may have a limit before anything is known of it here. */
export const setReleaseLimitRpc =
  (pool: Pool) =>
  async (request: SetReleaseLimitRequest): Promise<SetReleaseLimitResponse> => {
    const organizationId = organizationIdOf(request);
    const { blocksPerSecond, setBy } = request;
    if (blocksPerSecond !== 0 && !isRate(blocksPerSecond))
      throw refusals.invalidArgument(`blocks_per_second must be from 0 to ${MAX_PER_SECOND}`);
    printableOf(setBy, 'set_by');
    const row =
      blocksPerSecond === 0 ? undefined : await setLimit(pool, organizationId, blocksPerSecond, setBy);
    if (row === undefined) await removeLimit(pool, organizationId);
    // Not in one transaction: a step locks its purge before the limit.
    await stepOrganizationSoon(pool, organizationId);
    return { limit: row && limitOf(row) };
  };
