import type { PutVlobRequest, PutVlobResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { writingTo } from '../realm/writing.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const MAX_BYTES = 1 << 20;

export const putVlobRpc =
  (pool: Pool, store: RealmStore) =>
  async (request: PutVlobRequest): Promise<PutVlobResponse> => {
    const realm = { organizationId: organizationIdOf(request), realmId: uuidOf(request.realmId, 'realm_id') };
    const vlobId = uuidOf(request.vlobId, 'vlob_id');
    if (request.version < 1) throw refusals.invalidArgument('version must be positive');
    if (request.blob.length > MAX_BYTES)
      throw refusals.invalidArgument(`blob must have at most ${MAX_BYTES} bytes`);
    const { version, blob } = request;
    await writingTo(pool, store, realm, (tx) =>
      store.putVlob(tx, { realmId: realm.realmId, vlobId, version, blob }),
    );
    return {};
  };
