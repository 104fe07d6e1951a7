import { status } from '@grpc/grpc-js';
import { isCanonicalUuid, type RetireStoreRequest, type RetireStoreResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { Logger } from '@lethe/telemetry';
import { invalid, printableOf, storeNotFound } from '../requests.js';
import { storeEntry } from '../stores/store-entry.js';
import type { PlacedStore } from '../stores/store-set.js';
import { blocksLeftIn, retireStore } from './retire-store.sql.js';

const REASON_LENGTH = 500;

/**
 * An operator says that no block is left in a store. Never of one that is configured: it would only be remembered anew. Nor of one that
 * showed blocks of pages that are blocked still: what was seen counts more than what is said.
 */
export const retireStoreRpc =
  (pool: Pool, placed: readonly PlacedStore[], logger: Logger) =>
  async (request: RetireStoreRequest): Promise<RetireStoreResponse> => {
    const { storeId, organizationId } = request;
    if (!isCanonicalUuid(storeId)) throw invalid('store_id must be a UUID in lower case, with hyphens');
    if (organizationId !== '') printableOf(organizationId, 'organization_id');
    const by = printableOf(request.retiredBy, 'retired_by');
    const reason = printableOf(request.reason, 'reason', REASON_LENGTH);
    const configured = placed.some(
      ({ store, organizations }) =>
        store.id === storeId && (organizations.length === 0 || organizations.includes(organizationId)),
    );
    if (configured)
      throw new RefusalError({
        code: status.FAILED_PRECONDITION,
        reason: 'STORE_CONFIGURED',
        message: 'The store is configured: take it out of the configuration of every replica first',
      });
    const left = await blocksLeftIn(pool, storeId, organizationId);
    if (left > 0) throw notEmpty(left);
    const row = await retireStore(pool, { storeId, organizationId, by, reason });
    if (row === undefined)
      throw storeNotFound('No store of this id was ever configured for that organization');
    // The reason is the operator's own words, and may name somebody: it is in the ledger's database.
    logger.warn({ storeId, organizationId, by }, 'a store was retired: pages are verified without it');
    return { store: storeEntry(row, false) };
  };

const notEmpty = (blocks: number) =>
  new RefusalError({
    code: status.FAILED_PRECONDITION,
    reason: 'STORE_NOT_EMPTY',
    message: `${blocks} blocks of open purges were in the store when it was last asked: configure it until they are gone`,
    metadata: { blocks: String(blocks) },
  });
