import { status } from '@grpc/grpc-js';
import type { CreateRealmRequest, CreateRealmResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { transaction, type Pool } from '@lethe/postgres';
import { organizationIdOf, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

/** A purged realm leaves its tombstone, so an id never comes back. */
export const createRealmRpc =
  (pool: Pool, store: RealmStore) =>
  async (request: CreateRealmRequest): Promise<CreateRealmResponse> => {
    const organizationId = organizationIdOf(request);
    const realmId = uuidOf(request.realmId, 'realm_id');
    const created = await transaction(pool, async (tx) => {
      await store.lockForWriting(tx, organizationId);
      return store.createRealm(tx, { organizationId, realmId });
    });
    if (!created)
      throw new RefusalError({
        code: status.ALREADY_EXISTS,
        reason: 'REALM_EXISTS',
        message: 'There is, or was, a realm of this id',
      });
    return {};
  };
