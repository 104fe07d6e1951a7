import { PageOutcome, type BlocksSwept, type EventContext } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { event } from '../purge/event.js';
import {
  blockPage,
  deleteSweptRows,
  lockReleasedPage,
  releaseAgain,
  settlePage,
  stepSoon,
  type ReleasedPage,
} from './settle-pages.sql.js';

export type SettleOutcome =
  | { readonly kind: 'settled'; readonly rows: number }
  | { readonly kind: 'blocked' }
  /** No such page waits, or the receipt is for other rows than the page has now: it changes nothing. */
  | { readonly kind: 'stale' }
  /** The rows are not those that were swept: none was deleted, and the page is released again. */
  | { readonly kind: 'rows_changed' };

export type Receipt = BlocksSwept & { readonly context: EventContext };

/** Step 9, first half: the rows of a swept page go, if they are exactly the rows that were swept. */
export async function settle(pool: Pool, receipt: Receipt): Promise<SettleOutcome> {
  const { workspaceId: realmId, epoch } = receipt.context;
  const outcome = await transaction(pool, async (tx): Promise<SettleOutcome> => {
    const page = await lockReleasedPage(tx, realmId, epoch, receipt.page);
    if (!page?.row_digest.equals(receipt.rowDigest) || page.swept !== receipt.blocksSwept)
      return { kind: 'stale' };
    if (receipt.outcome !== PageOutcome.VERIFIED) return block(tx, receipt, page);
    const { deleted } = await deleteSweptRows(tx, realmId, page);
    if (deleted !== page.rows) {
      await releaseAgain(tx, realmId, receipt.page);
      return { kind: 'rows_changed' };
    }
    await settlePage(tx, realmId, receipt.page);
    return { kind: 'settled', rows: deleted };
  });
  if (outcome.kind !== 'stale') await stepSoon(pool, realmId);
  return outcome;
}

async function block(tx: PoolClient, receipt: Receipt, page: ReleasedPage): Promise<SettleOutcome> {
  const { context, blocksLeft: left, until } = receipt;
  const reason = receipt.reason === '' ? 'unknown' : receipt.reason;
  await blockPage(tx, context.workspaceId, receipt.page, { left, reason, until: until ?? null });
  if (page.blocked_left === null) {
    const subject = {
      organization_id: page.organization_id,
      realm_id: context.workspaceId,
      epoch: context.epoch,
    };
    await appendEvents(
      tx,
      event('realm.purge_blocked', subject, context.time ?? new Date(), { reason, blocksLeft: left, until }),
    );
  }
  return { kind: 'blocked' };
}
