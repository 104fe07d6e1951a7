import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import { isLockTimeout, transaction, type Pool, type PoolClient } from '@lethe/postgres';
import type { RealmStore } from '../store/realm-store.js';

/** One transaction without writers of the organization, and without another of these. @throws RefusalError UNAVAILABLE */
export function alone<T>(
  pool: Pool,
  store: Pick<RealmStore, 'lockForFencing'>,
  organizationId: string,
  work: (tx: PoolClient) => Promise<T>,
): Promise<T> {
  return transaction(pool, async (tx) => {
    await store.lockForFencing(tx, organizationId);
    return work(tx);
  }).catch((error: unknown) => {
    throw isLockTimeout(error) ? stuck() : error;
  });
}

const stuck = () =>
  new RefusalError({
    code: status.UNAVAILABLE,
    reason: 'UNAVAILABLE',
    message: 'Others of this organization write for long: nothing was changed, try again',
  });
