import type { Pool } from '@lethe/postgres';
import { setReleaseLimitRpc } from '../set-release-limit/set-release-limit.rpc.js';

/** For tests: a limit as an operator sets it; 0 removes it. */
export const limiter =
  (pool: Pool) =>
  (blocksPerSecond: number, organizationId = 'org1') =>
    setReleaseLimitRpc(pool)({ organizationId, blocksPerSecond, setBy: 'operator-1' });
