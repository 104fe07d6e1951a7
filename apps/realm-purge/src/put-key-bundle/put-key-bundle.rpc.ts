import type { PutKeyBundleRequest, PutKeyBundleResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { writingTo } from '../realm/writing.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const MAX_ACCESSES = 10_000;

export const putKeyBundleRpc =
  (pool: Pool, store: RealmStore) =>
  async (request: PutKeyBundleRequest): Promise<PutKeyBundleResponse> => {
    const realm = { organizationId: organizationIdOf(request), realmId: uuidOf(request.realmId, 'realm_id') };
    const { keyIndex, bundle, accesses } = request;
    if (keyIndex < 1) throw refusals.invalidArgument('key_index must be positive');
    const userIds = accesses.map((access) => access.userId);
    if (userIds.length > MAX_ACCESSES || new Set(userIds).size !== userIds.length)
      throw refusals.invalidArgument(`accesses must be at most ${MAX_ACCESSES}, one for each user`);
    if (userIds.some((userId) => userId === '' || userId.length > 128 || userId.includes('\0')))
      throw refusals.invalidArgument('accesses.user_id must have 1 to 128 characters');
    await writingTo(pool, store, realm, (tx) =>
      store.putKeyBundle(tx, { realmId: realm.realmId, keyIndex, bundle, accesses }),
    );
    return {};
  };
