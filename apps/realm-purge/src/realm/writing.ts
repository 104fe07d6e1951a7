import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { refusals } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

/**
 * Writes to an active realm, or refuses. What commits here committed before any fence of the realm: the fence waits for the
 * organization's lock that is held until then, and whoever gets the lock after the fence sees it.
 */
export function writingTo<T>(
  pool: Pool,
  store: RealmStore,
  realm: { readonly organizationId: string; readonly realmId: string },
  write: (tx: PoolClient) => Promise<T>,
): Promise<T> {
  return transaction(pool, async (tx) => {
    await store.lockForWriting(tx, realm.organizationId);
    const row = await store.find(tx, realm.realmId);
    if (row?.organizationId !== realm.organizationId) throw refusals.realmNotFound();
    if (row.state !== 'active') throw refusals.realmDeleted();
    return write(tx);
  });
}
