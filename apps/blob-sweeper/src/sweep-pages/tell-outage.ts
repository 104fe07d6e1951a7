import type { Grant } from '@lethe/contracts';
import { describeOutage, type Outage } from '@lethe/object-store';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { hasEnded } from '../sweep/end.js';
import { findPage, recordPage } from '../sweep/ledger.sql.js';
import type { ReleasedPage } from './judge-page.js';
import { nothingKnown, receiptOf } from './page-result.js';
import { isBlockedBy, lockTelling } from './tell-outage.sql.js';

/**
 * Makes the deletion show that a store of it is away: this page stands for all that wait, and is blocked with all of its blocks. It
 * stays in the queue. One page of a purge is enough, whichever replica tells it. `told` and `known` are the end of it; `not_here`:
 * this page cannot say it, for it was verified before, and another has to.
 */
export async function tellOutage(
  pool: Pool,
  grant: Grant,
  page: ReleasedPage,
  outage: Outage,
): Promise<'told' | 'known' | 'not_here'> {
  const { workspaceId: realmId, epoch } = grant;
  return transaction(pool, async (tx) => {
    await lockTelling(tx, realmId);
    if (await isBlockedBy(tx, realmId, epoch, describeOutage({ store: outage.store }))) return 'known';
    const row = await findPage(tx, realmId, epoch, page.page);
    if (row?.state === 'verified' || (await hasEnded(tx, realmId, epoch))) return 'not_here';
    const result = nothingKnown([], grant, page, describeOutage(outage), row);
    if ((await recordPage(tx, result)) === 0) return 'not_here';
    await appendEvents(tx, receiptOf(grant, result));
    return 'told';
  });
}
