import { PageOutcome, blockKey, type Grant } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { receiptEvent } from '../event.js';
import { findPage, recordPage, type PageResult } from '../sweep/ledger.sql.js';
import { sweepKeys } from '../sweep/sweep-keys.js';

/** A page of blocks as it was released. */
export interface ReleasedPage {
  readonly page: number;
  readonly blockIds: readonly string[];
  readonly rowDigest: Buffer;
  readonly rows: number;
}

/**
 * Step 8: makes the blocks of a page gone from every store and says so. The keys are rebuilt from the organization of the grant,
 * never taken from the message. Result and receipt commit together; a page that was verified before only gets its receipt again.
 */
export async function sweepPage(
  pool: Pool,
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
): Promise<PageResult> {
  const known = await findPage(pool, grant.workspaceId, grant.epoch, page.page);
  const settled =
    known?.state === 'verified' &&
    known.row_digest.equals(page.rowDigest) &&
    known.swept >= page.blockIds.length;
  const result = settled ? known : await sweepStores(stores, grant, page);
  await transaction(pool, async (tx) => {
    if (!settled) await recordPage(tx, result);
    await appendEvents(tx, receiptOf(grant, result));
  });
  return result;
}

async function sweepStores(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
): Promise<PageResult> {
  const keys = page.blockIds.map((id) => blockKey(grant.organizationId, id));
  const results = await Promise.all(
    stores.map(async (store) => ({ store, left: await sweepKeys(store, `${grant.organizationId}/`, keys) })),
  );
  const remainders = results.flatMap(({ store, left }) => (left ? [{ store, left }] : []));
  return {
    realm_id: grant.workspaceId,
    epoch: grant.epoch,
    page_no: page.page,
    organization_id: grant.organizationId,
    rows: page.rows,
    swept: keys.length,
    row_digest: page.rowDigest,
    state: remainders.length === 0 ? 'verified' : 'blocked',
    stores: stores.map((store) => store.name).sort(),
    blocks_left: Math.max(0, ...remainders.map(({ left }) => left.keys)),
    reason: remainders.map(({ store, left }) => `${store.name}: ${left.reason}`).join(', ') || null,
    blocked_until: null,
  };
}

function receiptOf(grant: Grant, result: PageResult) {
  return receiptEvent(grant, new Date(), {
    page: result.page_no,
    rowDigest: result.row_digest,
    outcome: result.state === 'verified' ? PageOutcome.VERIFIED : PageOutcome.BLOCKED,
    blocksSwept: result.swept,
    blocksLeft: result.blocks_left,
    reason: result.reason ?? '',
    until: result.blocked_until ?? undefined,
  });
}
