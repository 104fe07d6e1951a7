import type { PutVlobRequest, PutVlobResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { writingTo } from '../realm/writing.js';
import { organizationIdOf, refusals, uuidOf } from '../requests.js';
import { upsertVlobAtom } from './put-vlob.sql.js';

const MAX_BYTES = 1 << 20;

export const putVlobRpc =
  (pool: Pool) =>
  async (request: PutVlobRequest): Promise<PutVlobResponse> => {
    const realm = { organizationId: organizationIdOf(request), realmId: uuidOf(request.realmId, 'realm_id') };
    const vlobId = uuidOf(request.vlobId, 'vlob_id');
    if (request.version < 1) throw refusals.invalidArgument('version must be positive');
    if (request.blob.length > MAX_BYTES)
      throw refusals.invalidArgument(`blob must have at most ${MAX_BYTES} bytes`);
    await writingTo(pool, realm, (tx) => upsertVlobAtom(tx, { ...request, realmId: realm.realmId, vlobId }));
    return {};
  };
