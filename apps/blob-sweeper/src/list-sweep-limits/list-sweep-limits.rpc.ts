import type { ListSweepLimitsResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { limitOf } from '../limit/limit.js';
import { listLimits } from '../limit/limit.sql.js';

export const listSweepLimitsRpc = (pool: Pool) => async (): Promise<ListSweepLimitsResponse> => ({
  limits: (await listLimits(pool)).map(limitOf),
});
