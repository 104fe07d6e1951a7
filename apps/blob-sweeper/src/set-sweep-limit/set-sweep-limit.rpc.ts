import { status } from '@grpc/grpc-js';
import type { SetSweepLimitRequest, SetSweepLimitResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import { MAX_PER_SECOND, isRate } from '@lethe/rate-limit';
import { limitOf } from '../limit/limit.js';
import { removeLimit, setLimit } from './set-sweep-limit.sql.js';

/** How fast blocks are deleted from a store, at most, by all replicas together. `changed`: this one need not wait to see it. */
export const setSweepLimitRpc =
  (pool: Pool, stores: readonly { readonly name: string }[], changed: () => void) =>
  async ({ store, blocksPerSecond, setBy }: SetSweepLimitRequest): Promise<SetSweepLimitResponse> => {
    if (blocksPerSecond !== 0 && !isRate(blocksPerSecond))
      throw invalid(`blocks_per_second must be from 0 to ${MAX_PER_SECOND}`);
    if (!isPrintable(setBy)) throw invalid('set_by must have 1 to 128 printable characters');
    if (!stores.some(({ name }) => name === store))
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'STORE_NOT_FOUND',
        message: 'No store of this name is configured',
      });
    const row = blocksPerSecond === 0 ? undefined : await setLimit(pool, store, blocksPerSecond, setBy);
    if (row === undefined) await removeLimit(pool, store);
    changed();
    return { limit: row && limitOf(row) };
  };

/** An operator is named in lists and on terminals: something to see, and nothing that moves the cursor or turns the line. */
const isPrintable = (text: string) => /^[^\p{C}\p{Zl}\p{Zp}]{1,128}$/u.test(text) && text.trim() !== '';

const invalid = (message: string) =>
  new RefusalError({ code: status.INVALID_ARGUMENT, reason: 'INVALID_ARGUMENT', message });
