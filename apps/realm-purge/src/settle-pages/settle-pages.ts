import { PageOutcome, type BlocksSwept, type EventContext } from '@lethe/contracts';
import { appendEvents } from '@lethe/outbox';
import type { Authority } from '@lethe/participant';
import { transaction, type Pool, type PoolClient } from '@lethe/postgres';
import { event } from '../purge/event.js';
import { isReported } from '../purge/granted.js';
import type { RealmStore } from '../store/realm-store.js';
import { ringNow } from './doorbell.js';
import {
  blockPage,
  isBlocked,
  lockBlocked,
  lockReleasedPage,
  releaseAgain,
  settlePage,
  type ReleasedPage,
} from './settle-pages.sql.js';

export type SettleOutcome =
  | { readonly kind: 'settled'; readonly rows: number }
  | { readonly kind: 'blocked' }
  /** No such page waits, or the receipt is for other rows than the page has now: it changes nothing. */
  | { readonly kind: 'stale' }
  /** The rows are not those that were swept: none was deleted, and the page is released again. */
  | { readonly kind: 'rows_changed' };

/**
 * Settles a receipt of a purge that the authority grants, and has no report of: rows that name objects go for good, so it is asked
 * again here too. What it has forgotten, or knows to be over, was set back on one side: the receipt is from before, and stale.
 * Rejects while it is away.
 */
export async function settleGranted(
  authority: Authority,
  pool: Pool,
  store: RealmStore,
  receipt: Receipt,
  ring?: (realmId: string) => unknown,
): Promise<SettleOutcome> {
  const grant = await authority.grant(receipt.context.workspaceId, receipt.context.epoch);
  if (grant === undefined || isReported(grant)) return { kind: 'stale' };
  return settle(pool, store, receipt, ring);
}

export type Receipt = BlocksSwept & { readonly context: EventContext };

/** Step 9, first half: the rows of a swept page go, if they are exactly the rows that were swept, since the page was last given out. */
export async function settle(
  pool: Pool,
  store: RealmStore,
  receipt: Receipt,
  ring: (realmId: string) => unknown = (realmId) => ringNow(pool, realmId),
): Promise<SettleOutcome> {
  const { workspaceId: realmId, epoch } = receipt.context;
  const outcome = await transaction(pool, async (tx): Promise<SettleOutcome> => {
    const page = await lockReleasedPage(tx, realmId, epoch, receipt.page);
    if (page === undefined || !isFor(page, receipt)) return { kind: 'stale' };
    if (receipt.outcome !== PageOutcome.VERIFIED) return block(tx, receipt, page);
    const removed = await store.removeExactly(
      tx,
      realmId,
      { first: page.first_block, last: page.last_block },
      { rows: page.rows, digest: page.row_digest },
    );
    if (removed === 0) {
      await releaseAgain(tx, realmId, receipt.page);
      return { kind: 'rows_changed' };
    }
    if (removed !== page.rows) throw new Error('rows of the page went in the same moment: none is deleted');
    const wasBlocked = page.blocked_left !== null;
    if (wasBlocked) await lockBlocked(tx, realmId);
    const { time } = await settlePage(tx, realmId, receipt.page);
    if (wasBlocked && !(await isBlocked(tx, realmId)))
      await appendEvents(tx, event('realm.purge_resumed', subjectOf(receipt, page), time, {}));
    return { kind: 'settled', rows: removed };
  });
  if (outcome.kind !== 'stale') await ring(realmId);
  return outcome;
}

/**
 * Whether the receipt speaks of the page as it was given out last. The rows alone do not tell: a database that was set back, and the
 * storage with it, has the same rows again, and a receipt from before would take them, with objects behind them that came back.
 */
const isFor = (page: ReleasedPage, receipt: Receipt) =>
  page.cut === receipt.cut && page.swept === receipt.blocksSwept && page.row_digest.equals(receipt.rowDigest);

/** One event when the first page of the purge is blocked, and one when the last such page has gone. */
async function block(tx: PoolClient, receipt: Receipt, page: ReleasedPage): Promise<SettleOutcome> {
  const { context, blocksLeft: left, until } = receipt;
  const reason = receipt.reason === '' ? 'unknown' : receipt.reason;
  const blocked = { left, reason, until: until ?? null };
  const isNews = page.blocked_left === null;
  if (isNews) await lockBlocked(tx, context.workspaceId);
  const isFirst = isNews && !(await isBlocked(tx, context.workspaceId));
  const { time } = await blockPage(tx, context.workspaceId, receipt.page, blocked);
  if (isFirst) {
    const body = { reason, blocksLeft: left, until };
    await appendEvents(tx, event('realm.purge_blocked', subjectOf(receipt, page), time, body));
  }
  return { kind: 'blocked' };
}

const subjectOf = ({ context }: Receipt, { organization_id }: ReleasedPage) => ({
  organization_id,
  realm_id: context.workspaceId,
  epoch: context.epoch,
});
