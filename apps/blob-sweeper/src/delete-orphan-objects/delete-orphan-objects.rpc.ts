import { status } from '@grpc/grpc-js';
import {
  blockKey,
  type DeleteOrphanObjectsRequest,
  type DeleteOrphanObjectsResponse,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import type { Logger } from '@lethe/telemetry';
import type { SweepLimits } from '../limit/sweep-limits.js';
import { configured, oldBefore, storeOf } from '../orphan/place.js';
import type { Realms } from '../realms/realms.js';
import type { StoreSet } from '../stores/store-set.js';
import { withLock } from '../sweep/page-lock.js';
import { deleteOrphans } from './delete-orphans.js';
import { orderOf } from './order.js';

export interface OrphanDeletion {
  readonly pool: Pool;
  readonly stores: Pick<StoreSet, 'of'>;
  readonly realms: Realms | undefined;
  readonly limits: Pick<SweepLimits, 'take'>;
  readonly logger: Logger;
}

/** One order at a time of an organization, on all replicas: the pardon of one would else free ids that another is deleting. */
export const deleteOrphanObjectsRpc =
  ({ pool, stores, realms: maybe, limits, logger }: OrphanDeletion) =>
  async (
    request: DeleteOrphanObjectsRequest,
    { signal }: CallContext,
  ): Promise<DeleteOrphanObjectsResponse> => {
    const order = orderOf(request);
    const { organizationId, ids, uploadsOnly, orderedBy, listDigest } = order;
    const old = await oldBefore(pool, request.minAgeSeconds);
    const realms = configured(maybe);
    const ended = await withLock(pool, `orphans of ${organizationId}`, async (lost) => {
      const store = await storeOf(stores, organizationId, request.store);
      const waitMs = await limits.take(ids.length, [store.name]);
      if (waitMs > 0) throw limited(waitMs);
      const deleting = { realms, store, oldBefore: old, logger };
      return deleteOrphans(deleting, order, { cancelled: signal, lost });
    });
    if (ended === undefined) throw underWay();
    const { deleted, kept, left, reason } = ended;
    logger.warn(
      {
        ...{ organizationId, store: request.store, orderedBy, listDigest, uploads: uploadsOnly.size, reason },
        ...{ deleted: deleted.length, kept: kept.length, left: left.length },
      },
      'orphan objects were deleted by an operator’s order',
    );
    const keysOf = (some: readonly string[]) => some.map((id) => blockKey(organizationId, id));
    return { deletedKeys: keysOf(deleted), keptKeys: keysOf(kept), leftKeys: keysOf(left), reason };
  };

const limited = (waitMs: number) =>
  new RefusalError({
    code: status.RESOURCE_EXHAUSTED,
    reason: 'SWEEP_LIMITED',
    message: 'A limit of a store allows no more deletions now: nothing was deleted',
    metadata: { waitMs: `${waitMs}` },
  });

const underWay = () =>
  new RefusalError({
    code: status.ABORTED,
    reason: 'ORDER_UNDER_WAY',
    message: 'Another order deletes orphans of this organization: nothing was deleted by this one',
  });
