import { transaction, type Pool } from '@lethe/postgres';
import {
  forgetPurge,
  lockEarlierPurge,
  recordHint,
  recordOrders,
  type OrdersRecorded,
  type ShownGrant,
} from './take-orders.sql.js';

export interface GrantsRecorded extends Omit<OrdersRecorded, 'behind'> {
  /** Purges that a replay made begin anew. */
  readonly anew: number;
}

/** Records the grants that the authority shows as not reported; see {@link recordOrders}. */
export async function recordGrants(pool: Pool, grants: readonly ShownGrant[]): Promise<GrantsRecorded> {
  const { behind, ...recorded } = await recordOrders(pool, grants);
  let anew = 0;
  for (const grant of grants)
    if (grant.replayOf !== '' && behind.includes(grant.workspaceId) && (await beginAnew(pool, grant)))
      anew += 1;
  return { ...recorded, anew };
}

/**
 * A deletion was ordered once more, over a restored backup: whatever became of the purge before, it begins anew at the epoch of the
 * replay. Its pages are forgotten, for what they say of the object storage may not be so any more; the rows of blocks that are
 * there, the tombstone's too, are the work that there is. One realm a transaction: its pages may be many.
 */
function beginAnew(
  pool: Pool,
  { organizationId, workspaceId: realmId, epoch }: ShownGrant,
): Promise<boolean> {
  return transaction(pool, async (tx) => {
    if (!(await lockEarlierPurge(tx, realmId, epoch))) return false;
    await forgetPurge(tx, realmId);
    return recordHint(tx, { organizationId, realmId, epoch });
  });
}
