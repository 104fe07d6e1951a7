import type { SetSweepLimitRequest, SetSweepLimitResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { MAX_PER_SECOND, isRate } from '@lethe/rate-limit';
import { limitOf } from '../limit/limit.js';
import { invalid, printableOf, storeNotFound } from '../requests.js';
import { removeLimit, setLimit } from './set-sweep-limit.sql.js';

/** How fast blocks are deleted from a store, at most, by all replicas together. `changed`: this one need not wait to see it. */
export const setSweepLimitRpc =
  (pool: Pool, stores: readonly { readonly name: string }[], changed: () => void) =>
  async ({ store, blocksPerSecond, setBy }: SetSweepLimitRequest): Promise<SetSweepLimitResponse> => {
    if (blocksPerSecond !== 0 && !isRate(blocksPerSecond))
      throw invalid(`blocks_per_second must be from 0 to ${MAX_PER_SECOND}`);
    printableOf(setBy, 'set_by');
    if (!stores.some(({ name }) => name === store))
      throw storeNotFound('No store of this name is configured');
    const row = blocksPerSecond === 0 ? undefined : await setLimit(pool, store, blocksPerSecond, setBy);
    if (row === undefined) await removeLimit(pool, store);
    changed();
    return { limit: row && limitOf(row) };
  };
