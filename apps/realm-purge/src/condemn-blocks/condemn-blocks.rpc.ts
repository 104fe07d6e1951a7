import { packBlockIds, type CondemnBlocksRequest, type CondemnBlocksResponse } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { alone } from '../condemned/alone.js';
import { condemn, forgetPardoned } from '../condemned/condemned.sql.js';
import { blockIdsOf, mustKnow } from '../condemned/ids.js';
import { organizationIdOf, printableOf, refusals } from '../requests.js';
import type { RealmStore } from '../store/realm-store.js';

const DIGEST = /^[0-9a-f]{64}$/;

/**
 * Promises of ids that no row names that no live realm takes them up. Waits for the organization's writers and lets none begin, as the
 * fence does: each registration either committed before, and its row is seen here, or sees what is written here.
 *
 * One that is refused because its realm is being purged is noted all the same, and its object goes either way.
 */
export const condemnBlocksRpc =
  (pool: Pool, store: RealmStore, uploadQuarantineSeconds: number) =>
  async (request: CondemnBlocksRequest): Promise<CondemnBlocksResponse> => {
    const organizationId = organizationIdOf(request);
    const blockIds = blockIdsOf(request);
    const orderedBy = printableOf(request.orderedBy, 'ordered_by');
    const { listDigest } = request;
    if (!DIGEST.test(listDigest))
      throw refusals.invalidArgument('list_digest must be a SHA-256 in hexadecimal');
    await mustKnow(pool, store, organizationId);
    const ids = await alone(pool, store, organizationId, async (tx) => {
      await forgetPardoned(tx, organizationId);
      const unnamed = await store.unnamed(tx, organizationId, blockIds);
      const order = { organizationId, orderedBy, listDigest };
      await condemn(tx, order, unnamed, uploadQuarantineSeconds);
      return unnamed;
    });
    return { condemnedIds: packBlockIds(ids) };
  };
