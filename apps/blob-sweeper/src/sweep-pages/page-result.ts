import { PageOutcome, type Grant } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { receiptEvent } from '../event.js';
import type { LedgerRow, PageResult } from '../sweep/ledger.sql.js';
import type { KeysLeft } from '../sweep/sweep-keys.js';
import type { ReleasedPage } from './judge-page.js';

export const namesOf = (stores: readonly ObjectStore[]): string[] => stores.map((store) => store.name).sort();

/** Verified when nothing is left anywhere. */
export function resultOf(
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
    stores: namesOf(stores),
    blocks_left: left.size,
    reason: where.map((name) => `${name}: ${remainders.get(name)?.reason}`).join(', ') || null,
    blocked_until: null,
  };
}

/** As if all of it were left: nothing that is known says otherwise. */
export function nothingKnown(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  reason: string,
): PageResult {
  const nothing = resultOf(stores, grant, page, new Map());
  return { ...nothing, state: 'blocked', blocks_left: Math.max(1, page.blockIds.length), reason };
}

/** A verified page that was read back and is gone still: as it was, now of this cut, and on the stores that hold blocks now. */
export function stillGone(stores: readonly ObjectStore[], known: LedgerRow, page: ReleasedPage): PageResult {
  const names = namesOf(stores);
  const everywhere = names.every((name) => known.stores.includes(name));
  return { ...known, cut: page.cut, stores: everywhere ? known.stores : names };
}

export function receiptOf(grant: Grant, result: PageResult) {
  return receiptEvent(grant, new Date(), {
    page: result.page_no,
    cut: result.cut,
    rowDigest: result.row_digest,
    outcome: result.state === 'verified' ? PageOutcome.VERIFIED : PageOutcome.BLOCKED,
    blocksSwept: result.swept,
    blocksLeft: result.blocks_left,
    reason: result.reason ?? '',
    until: result.blocked_until ?? undefined,
  });
}
