import type { Queryable } from '@lethe/postgres';
import { isRetiredFor, requiredStores } from '../stores/judge-stores.js';
import type { StoreRow } from '../stores/store-registry.sql.js';
import { countLostPages, listEarlierPages, type EarlierPage } from './earlier.sql.js';
import type { SweepEnd } from './end.sql.js';
import type { StoreOutcome } from './ledger.sql.js';

const BATCH = 1_000;

/**
 * How many pages keep an end from being reported that a sweep before it left: a replay may find no row of them any more, and "nothing
 * left" over nothing would say that they are gone. Reads in batches; holds none.
 */
export async function countEarlierOpen(
  db: Queryable,
  end: SweepEnd,
  stores: readonly StoreRow[],
  retries: number,
): Promise<number> {
  let open = await countLostPages(db, end);
  for (let after: readonly [number, number] = [-1, -1]; ;) {
    const pages = await listEarlierPages(db, end, after, BATCH);
    open += pages.filter((page) => isOpen(page, stores, retries)).length;
    const last = pages.at(-1);
    if (last === undefined) return open;
    after = [last.epoch, last.page_no];
  }
}

/**
 * Whether blocks of a page may be in a store still. Settled is one whose rows were verified since, and one that was seen gone from every
 * store that an operator has not retired. What a store says to stay no sweep finds, so no later one settles it: only an order to try
 * again, given since the replay, as within one epoch.
 */
export function isOpen(page: EarlierPage, stores: readonly StoreRow[], retries: number): boolean {
  const { organization_id: organizationId, outcomes } = page;
  const retired = (storeId: string) => isRetiredFor(organizationId, storeId, stores);
  const asked = outcomes.filter(({ storeId }) => !retired(storeId));
  if (page.covered) return retries === 0 && asked.some(({ remains }) => remains);
  if (asked.some((outcome) => !isGone(page, outcome))) return true;
  const required = requiredStores(organizationId, stores);
  if (required.some((storeId) => !asked.some((outcome) => outcome.storeId === storeId))) return true;
  // Blocked, and by none of them: then by one that was retired since, or nobody knows by what.
  return (
    page.state === 'blocked' && outcomes.every((outcome) => asked.includes(outcome) || isGone(page, outcome))
  );
}

const isGone = (
  { state, swept }: EarlierPage,
  { found, missing, left, remains, readBack }: StoreOutcome,
): boolean =>
  left === 0 && !remains && found + missing === swept && (state === 'verified' || readBack.length > 0);
