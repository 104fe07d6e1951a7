import { blockKey, type Grant } from '@lethe/contracts';
import { StoreAwayError, type ObjectStore, type Outage } from '@lethe/object-store';
import { appendEvents } from '@lethe/outbox';
import type { Authority } from '@lethe/participant';
import { transaction, type Pool } from '@lethe/postgres';
import type { SweepLimits } from '../limit/sweep-limits.js';
import { hasEnded, releasedPages } from '../sweep/end.js';
import { findPage, noteOutcomes, recordPage, type PageResult } from '../sweep/ledger.sql.js';
import { withPageLock } from '../sweep/page-lock.js';
import { lookAtKeys } from '../sweep/look-at-keys.js';
import { allOf } from '../sweep/read-back.js';
import { sweepKeys, type KeysSwept } from '../sweep/sweep-keys.js';
import type { StoreSet } from '../stores/store-set.js';
import { judgePage, type Judgement, type ReleasedPage } from './judge-page.js';
import {
  cameBack,
  notAnswered,
  nothingKnown,
  receiptOf,
  remainsStill,
  resultOf,
  stillGone,
} from './page-result.js';
import { standingOf, type PageOwner, type Standing } from './standing.js';

export interface Sweeping {
  readonly pool: Pool;
  readonly authority: Pick<Authority, 'grant'>;
  readonly stores: Pick<StoreSet, 'of' | 'outageOf'>;
  readonly limits: Pick<SweepLimits, 'take'>;
}

export type OwnedPage = ReleasedPage & PageOwner;

export type SweepOutcome =
  | { readonly kind: 'verified' | 'blocked'; readonly result: PageResult }
  /** Was verified before, and is gone still: nothing was deleted, its receipt is sent again. */
  | { readonly kind: 'settled' }
  /** Was verified before, but blocks of it are back: nothing was deleted, and the receipt says that they are there. */
  | { readonly kind: 'back'; readonly reason: string }
  | Extract<Judgement, { kind: 'refused' }>
  /** An operator holds it: nothing is deleted, and the page is to come again. */
  | Extract<Standing, { kind: 'held' }>
  /** Another sweeper has the page in hand. */
  | { readonly kind: 'busy' }
  /** A store may not be asked to delete so much yet: nothing was deleted. */
  | { readonly kind: 'limited'; readonly waitMs: number }
  /** A store of its organization is away: it was not asked, or no more, and nothing was recorded. */
  | { readonly kind: 'away'; readonly grant: Grant; readonly outage: Outage }
  /** A store did not do as asked: what of the page is gone is unknown, and nothing was recorded. */
  | { readonly kind: 'unanswered'; readonly grant: Grant; readonly error: Error };

/**
 * Step 8: makes the blocks of a page gone from every store and says so. Asks for the grant, and once more right before it deletes.
 * The keys are rebuilt from the organization of the grant, never taken from the message. Result and receipt commit together. A page
 * that was verified before is read back: gone still, it only gets its receipt again; what is back stays, unless the page was cut
 * anew since. Rejects when the authority or the ledger is away, and when the page's lock was lost.
 */
export async function sweepPage(sweeping: Sweeping, page: OwnedPage): Promise<SweepOutcome> {
  const { pool, authority, limits } = sweeping;
  const standing = await standingOf(authority, page);
  if (standing.kind !== 'granted') return standing;
  const { grant } = standing;
  const outage = sweeping.stores.outageOf(grant.organizationId);
  if (outage) return { kind: 'away', grant, outage };
  const { realmId, epoch } = page;
  const commit = (result: PageResult, record: boolean) =>
    transaction(pool, async (tx) => {
      if (record) await recordPage(tx, result);
      await appendEvents(tx, receiptOf(grant, result));
    });
  const place = { realmId, epoch, page: page.page };
  const outcome = await withPageLock(pool, place, async (lost): Promise<SweepOutcome> => {
    /** A store's fault is an outcome; that the lock is lost is none of its faults. */
    const ask = async <T>(work: Promise<T>): Promise<T | Unanswered> => {
      try {
        return await work;
      } catch (error) {
        if (lost.aborted) throw error;
        return new Unanswered(error as Error);
      }
    };
    // Behind the lock: whoever had it before may have swept the page.
    const ended = releasedPages(grant) !== undefined || (await hasEnded(pool, realmId, epoch));
    const known = await findPage(pool, realmId, epoch, page.page);
    const judged = judgePage(known, ended, page);
    if (judged.kind === 'refused') return judged;
    if (judged.kind === 'remains') {
      const result = remainsStill(grant, page, judged.row);
      await commit(result, true);
      return { kind: 'blocked', result };
    }
    const where = await ask(sweeping.stores.of(grant.organizationId));
    if (where instanceof Unanswered) return notDone(grant, where);
    const { stores } = where;
    if (where.kind === 'unsure') {
      const result = nothingKnown(stores, grant, page, where.reason, known);
      // Of a sweep that has ended the ledger is final.
      await commit(result, !ended);
      return { kind: 'blocked', result };
    }
    if (judged.kind === 'verified') {
      const seen = await ask(onEach(stores, grant, page, lost, lookAtKeys));
      if (seen instanceof Unanswered) return notDone(grant, seen);
      const back = [...seen.values()].some(({ left }) => left !== undefined);
      if (!back) {
        // The ledger knows of the cut before its receipt can take the rows: from then on nothing is swept by it.
        await commit(stillGone(seen, judged.row, page), judged.record);
        return { kind: 'settled' };
      }
      if (!judged.sweepAgain) {
        const result = resultOf(grant, page, seen, undefined);
        await transaction(pool, async (tx) => {
          if (!ended) await noteOutcomes(tx, judged.row, cameBack(seen, judged.row));
          await appendEvents(tx, receiptOf(grant, result));
        });
        return { kind: 'back', reason: result.reason ?? '' };
      }
    }
    const now = await standingOf(authority, page);
    if (now.kind !== 'granted') return now;
    const waitMs = await limits.take(
      page.blockIds.length,
      stores.map(({ name }) => name),
    );
    if (waitMs > 0) return { kind: 'limited', waitMs };
    const swept = await ask(
      onEach(stores, grant, page, lost, (store, prefix, keys) => sweepKeys(store, prefix, keys, lost)),
    );
    if (swept instanceof Unanswered) return notDone(grant, swept);
    const result = resultOf(grant, page, swept, known);
    await commit(result, true);
    return { kind: result.state, result };
  });
  return outcome ?? { kind: 'busy' };
}

/**
 * For a store that does not answer at all: the page counts as blocked with all of its blocks, so that it is seen, and comes again
 * when it is released again. What another sweeper verified meanwhile stands, and so does the ledger of a sweep that has ended.
 */
export async function givePageUp(
  { pool }: Pick<Sweeping, 'pool'>,
  grant: Grant,
  page: ReleasedPage,
  reason: string,
): Promise<void> {
  if (releasedPages(grant) !== undefined) return;
  await transaction(pool, async (tx) => {
    if (await hasEnded(tx, grant.workspaceId, grant.epoch)) return;
    const known = await findPage(tx, grant.workspaceId, grant.epoch, page.page);
    const result = nothingKnown([], grant, page, reason, known);
    if ((await recordPage(tx, result)) === 1) await appendEvents(tx, receiptOf(grant, result));
  });
}

class Unanswered {
  constructor(readonly error: Error) {}
}

const notDone = (grant: Grant, { error }: Unanswered): SweepOutcome =>
  error instanceof StoreAwayError
    ? { kind: 'away', grant, outage: error.outage }
    : { kind: 'unanswered', grant, error };

/**
 * Asks all stores at once for the page's keys. One that fails rejects, unless another says that something stays there: it says so once,
 * so that must be recorded; all keys are left on the one that failed.
 */
async function onEach(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  lost: AbortSignal,
  work: (store: ObjectStore, prefix: string, keys: readonly string[]) => Promise<KeysSwept>,
): Promise<Map<ObjectStore, KeysSwept>> {
  const keys = page.blockIds.map((id) => blockKey(grant.organizationId, id));
  const answers = new Map<ObjectStore, KeysSwept>();
  const failures = new Map<ObjectStore, Error>();
  await allOf(
    stores.map(async (store) => {
      try {
        answers.set(store, await work(store, `${grant.organizationId}/`, keys));
      } catch (error) {
        failures.set(store, error as Error);
      }
    }),
  );
  const [failure] = failures.values();
  const remains = [...answers.values()].some(({ left }) => (left?.remains ?? 0) > 0);
  if (failure && (lost.aborted || !remains)) throw failure;
  for (const [store, error] of failures) answers.set(store, notAnswered(keys, error));
  return answers;
}
