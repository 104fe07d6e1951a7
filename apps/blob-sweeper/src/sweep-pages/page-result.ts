import { PageOutcome, type Grant } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { receiptEvent } from '../event.js';
import type { LedgerRow, PageResult, StoreOutcome } from '../sweep/ledger.sql.js';
import type { KeysLeft } from '../sweep/keys-left.js';
import type { KeysSwept } from '../sweep/sweep-keys.js';
import type { ReleasedPage } from './judge-page.js';

const inOrder = (stores: readonly ObjectStore[]) => [...stores].sort((a, b) => (a.name < b.name ? -1 : 1));
const namesOf = (stores: readonly ObjectStore[]): string[] => inOrder(stores).map(({ name }) => name);

/** Verified when nothing is left anywhere. What an earlier attempt of the same blocks deleted counts too. */
export function resultOf(
  grant: Grant,
  page: ReleasedPage,
  swept: ReadonlyMap<ObjectStore, KeysSwept>,
  known: LedgerRow | undefined,
): PageResult {
  const stores = inOrder([...swept.keys()]);
  const lefts = stores.flatMap((store) => {
    const left = swept.get(store)?.left;
    return left ? [{ name: store.name, left }] : [];
  });
  const left = new Set(lefts.flatMap((one) => [...one.left.keys]));
  const before = seenBefore(known, page);
  return {
    ...placeOf(grant, page),
    state: left.size === 0 ? 'verified' : 'blocked',
    stores: namesOf(stores),
    outcomes: stores.map((store) =>
      outcomeOf(
        store,
        swept.get(store) as KeysSwept,
        before.find(({ storeId }) => storeId === store.id),
        page.cut,
      ),
    ),
    blocks_left: left.size,
    reason: lefts.map((one) => `${one.name}: ${one.left.reason}`).join('; ') || null,
    blocked_until: lastLock(lefts.map((one) => one.left)),
  };
}

const placeOf = (grant: Grant, page: ReleasedPage) => ({
  realm_id: grant.workspaceId,
  epoch: grant.epoch,
  page_no: page.page,
  organization_id: grant.organizationId,
  rows: page.rows,
  swept: page.blockIds.length,
  row_digest: page.rowDigest,
  cut: page.cut,
});

/** When the last of the stores' locks ends; none when anything is left anywhere that does not wait for one. */
function lastLock(lefts: readonly KeysLeft[]): Date | null {
  if (lefts.length === 0 || lefts.some(({ until }) => until === undefined)) return null;
  return new Date(Math.max(...lefts.map(({ until }) => (until as Date).getTime())));
}

/**
 * What earlier attempts saw. Of a page that was cut with other blocks only what was left or said to stay, whatever the cut: that counts
 * more than what anybody says of a store later. What went with the other blocks is not this cut's.
 */
function seenBefore(known: LedgerRow | undefined, page: ReleasedPage): readonly StoreOutcome[] {
  if (known === undefined || sameBlocks(known, page)) return known?.outcomes ?? [];
  return known.outcomes
    .filter(({ left, remains }) => left > 0 || remains)
    .map((one) => ({ ...one, found: one.left, missing: 0, versions: 0, uploads: 0, readBack: [] }));
}

const sameBlocks = (known: LedgerRow, page: ReleasedPage) =>
  known.row_digest.equals(page.rowDigest) && known.swept === page.blockIds.length;

/** A key that came back, and went a second time, counts once. Where keys could not be looked at, what was seen of them before stands. */
function outcomeOf(
  store: ObjectStore,
  now: KeysSwept,
  before: StoreOutcome | undefined,
  cut: number,
): StoreOutcome {
  const remains = now.left?.remains ?? 0;
  const keys = now.found + now.missing;
  const unseen = now.left?.unseen ?? 0;
  const seen = now.left ? now.left.keys.size - unseen : 0;
  const left = unseen > 0 ? Math.min(keys, Math.max(seen, before?.left ?? 0)) : seen;
  const went = before ? Math.max(0, before.found - before.left) : 0;
  const found = Math.min(keys, now.found + (left - seen) + went);
  return {
    store: store.name,
    storeId: store.id,
    kind: store.kind,
    found,
    left,
    missing: keys - found,
    versions: now.versions + (before?.versions ?? 0),
    uploads: now.uploads + (before?.uploads ?? 0),
    readBack: unseen > 0 ? [] : now.readBack, // where a deletion failed unseen, that nothing was seen says nothing
    ...(remains > 0 && { remains: { keys: remains, cut } }),
  };
}

/** Of a store that failed: nothing is known of the keys, and all of them are left. */
export const notAnswered = (keys: readonly string[], { name }: Error): KeysSwept => ({
  ...{ found: 0, missing: keys.length, versions: 0, uploads: 0, readBack: [] },
  left: { keys: new Set(keys), unseen: keys.length, reason: name, kind: 'retry', until: undefined },
});

/** What a store once said to stay is left still: no sweep would find it, and only an operator can say that it was looked after. */
export function remainsStill(grant: Grant, page: ReleasedPage, known: LedgerRow): PageResult {
  const { stores, outcomes, blocks_left, reason } = known;
  return {
    ...placeOf(grant, page),
    state: 'blocked',
    stores,
    outcomes,
    blocks_left,
    reason,
    blocked_until: null,
  };
}

/**
 * As if all of it were left: nothing that is known says otherwise. What earlier attempts deleted stays known, and what they saw left; that
 * they saw the rest gone says nothing of now.
 */
export function nothingKnown(
  stores: readonly ObjectStore[],
  grant: Grant,
  page: ReleasedPage,
  reason: string,
  known: LedgerRow | undefined,
): PageResult {
  const outcomes = seenBefore(known, page).map((one) => ({ ...one, readBack: [] }));
  const remaining = outcomes.flatMap(({ store, remains }) =>
    remains ? [`${store}: ${remains.keys} SLODeleteError`] : [],
  );
  return {
    ...placeOf(grant, page),
    state: 'blocked',
    stores: namesOf(stores),
    outcomes,
    blocks_left: Math.max(1, page.blockIds.length),
    reason: [reason, ...remaining].join('; '),
    blocked_until: null,
  };
}

/**
 * A verified page that was read back and is gone still: as it was, now of this cut, and on the stores that hold blocks now, by the names
 * they have now: names change hands. One that was added since held nothing of it.
 */
export function stillGone(
  seen: ReadonlyMap<ObjectStore, KeysSwept>,
  known: LedgerRow,
  page: ReleasedPage,
): PageResult {
  const stores = inOrder([...seen.keys()]);
  const added = stores.filter(({ id }) => !known.outcomes.some(({ storeId }) => storeId === id));
  const names = new Map(stores.map(({ id, name }) => [id, name]));
  const outcomes = [
    // Of one that was not looked at it stays known what it showed last.
    ...known.outcomes.map((one) => {
      const name = names.get(one.storeId);
      return name === undefined ? one : { ...one, store: name, left: 0 };
    }),
    ...added.map((store) => outcomeOf(store, seen.get(store) as KeysSwept, undefined, page.cut)),
  ].sort((a, b) => (a.store < b.store ? -1 : 1));
  return { ...known, cut: page.cut, stores: outcomes.map(({ store }) => store), outcomes };
}

/**
 * What stores hold again of a verified page, as far as it was verified on them: of one that was added since nothing may be said before it
 * is swept. Known, it keeps the store from being retired once the page is cut anew.
 */
export function cameBack(seen: ReadonlyMap<ObjectStore, KeysSwept>, known: LedgerRow): StoreOutcome[] {
  const lefts = new Map([...seen].map(([{ id }, { left }]) => [id, left?.keys.size ?? 0]));
  return known.outcomes.map((one) => ({
    ...one,
    left: Math.min(one.found + one.missing, lefts.get(one.storeId) ?? one.left),
  }));
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
