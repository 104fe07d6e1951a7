import { PageOutcome, blockKey, type Grant } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { appendEvents } from '@lethe/outbox';
import { transaction, type Pool } from '@lethe/postgres';
import { receiptEvent } from '../event.js';
import type { SweepLimits } from '../limit/sweep-limits.js';
import { hasEnded, releasedPages } from '../sweep/end.js';
import { findPage, recordPage, type PageResult } from '../sweep/ledger.sql.js';
import { withPageLock } from '../sweep/page-lock.js';
import { allOf, readBack } from '../sweep/read-back.js';
import { sweepKeys, type KeysLeft } from '../sweep/sweep-keys.js';
import { judgePage, type Judgement, type ReleasedPage } from './judge-page.js';

export type SweepOutcome =
  | { readonly kind: 'verified' | 'blocked'; readonly result: PageResult }
  /** Was verified before, and is gone still: nothing was deleted, its receipt is sent again. */
  | { readonly kind: 'settled' }
  /** Was verified before, but blocks of it are back: nothing was deleted, and the receipt says that they are there. */
  | { readonly kind: 'back'; readonly reason: string }
  | Extract<Judgement, { kind: 'refused' }>
  /** Another sweeper has the page in hand. */
  | { readonly kind: 'busy' }
  /** A store may not be asked to delete so much yet: nothing was deleted. */
  | { readonly kind: 'limited'; readonly waitMs: number };

/**
 * Step 8: makes the blocks of a page gone from every store and says so. The keys are rebuilt from the organization of the grant,
 * never taken from the message. Result and receipt commit together; a page that was verified before only gets its receipt again, and
 * not even that when its blocks are back: then a backup was put back, or live realms took up the ids. Whatever it is, they stay.
 */
export async function sweepPage(
  pool: Pool,
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  limits: Pick<SweepLimits, 'take'>,
): Promise<SweepOutcome> {
  const place = { realmId: grant.workspaceId, epoch: grant.epoch, page: page.page };
  const judge = async (): Promise<Judgement> => {
    const ended = releasedPages(grant) !== undefined || (await hasEnded(pool, place.realmId, place.epoch));
    return judgePage(
      await findPage(pool, place.realmId, place.epoch, place.page),
      ended,
      page,
      names(stores),
    );
  };
  const settle = async (judged: Exclude<Judgement, { kind: 'sweep' }>): Promise<SweepOutcome> => {
    if (judged.kind === 'refused') return judged;
    const back = await whatIsBack(stores, grant, page);
    const result = back.size === 0 ? judged.row : resultOf(stores, grant, page, back);
    await appendEvents(pool, receiptOf(grant, result));
    return result.state === 'verified' ? { kind: 'settled' } : { kind: 'back', reason: result.reason ?? '' };
  };
  const judged = await judge();
  if (judged.kind !== 'sweep') return settle(judged);
  const swept = await withPageLock(pool, place, async (lost): Promise<SweepOutcome> => {
    // Whoever had the lock before may have swept it.
    const now = await judge();
    if (now.kind !== 'sweep') return settle(now);
    const waitMs = await limits.take(page.blockIds.length);
    if (waitMs > 0) return { kind: 'limited', waitMs };
    const result = await sweepStores(stores, grant, page, lost);
    await transaction(pool, async (tx) => {
      await recordPage(tx, result);
      await appendEvents(tx, receiptOf(grant, result));
    });
    return { kind: result.state, result };
  });
  return swept ?? { kind: 'busy' };
}

/**
 * For a store that does not answer at all: the page counts as blocked with all of its blocks, so that it is seen, and comes again
 * when it is released again. What another sweeper verified meanwhile stands.
 */
export async function givePageUp(
  pool: Pool,
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  reason: string,
): Promise<void> {
  const keys = new Set(page.blockIds);
  const result = resultOf(stores, grant, page, new Map([[names(stores).join('+'), { keys, reason }]]));
  await transaction(pool, async (tx) => {
    if ((await recordPage(tx, result)) === 1) await appendEvents(tx, receiptOf(grant, result));
  });
}

const names = (stores: readonly ObjectStore[]) => stores.map((store) => store.name).sort();

async function sweepStores(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  signal: AbortSignal,
): Promise<PageResult> {
  const keys = page.blockIds.map((id) => blockKey(grant.organizationId, id));
  const remainders = new Map<string, KeysLeft>();
  await allOf(
    stores.map(async (store) => {
      const left = await sweepKeys(store, `${grant.organizationId}/`, keys, signal);
      if (left) remainders.set(store.name, left);
    }),
  );
  return resultOf(stores, grant, page, remainders);
}

/** Looks, and deletes nothing. */
async function whatIsBack(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
): Promise<Map<string, KeysLeft>> {
  const keys = page.blockIds.map((id) => blockKey(grant.organizationId, id));
  const back = new Map<string, KeysLeft>();
  await allOf(
    stores.map(async (store) => {
      const found = new Set<string>();
      const note = (items: readonly { readonly key: string }[]) => {
        for (const { key } of items) found.add(key);
        return Promise.resolve();
      };
      await readBack(store, `${grant.organizationId}/`, keys, { versions: note, uploads: note });
      if (found.size > 0) back.set(store.name, { keys: found, reason: 'CameBack' });
    }),
  );
  return back;
}

/** Verified when nothing is left anywhere. */
function resultOf(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  remainders: ReadonlyMap<string, KeysLeft>,
): PageResult {
  const where = [...remainders.keys()].sort();
  const left = new Set([...remainders.values()].flatMap((remainder) => [...remainder.keys]));
  return {
    realm_id: grant.workspaceId,
    epoch: grant.epoch,
    page_no: page.page,
    organization_id: grant.organizationId,
    rows: page.rows,
    swept: page.blockIds.length,
    row_digest: page.rowDigest,
    cut: page.cut,
    state: left.size === 0 ? 'verified' : 'blocked',
    stores: names(stores),
    blocks_left: left.size,
    reason: where.map((name) => `${name}: ${remainders.get(name)?.reason}`).join(', ') || null,
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
