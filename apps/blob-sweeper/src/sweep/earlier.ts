import type { Queryable } from '@lethe/postgres';
import { isRetiredFor, requiredStores } from '../stores/judge-stores.js';
import type { StoreRow } from '../stores/store-registry.sql.js';
import { listLostPages, listEarlierPages, type EarlierPage } from './earlier.sql.js';
import type { SweepEnd } from './end.sql.js';
import type { StoreOutcome } from './ledger.sql.js';

const BATCH = 1_000;

/** What the authority says of a sweep that has ended. */
export interface EndKnown {
  /** How often an operator ordered this epoch to try again. */
  readonly retries: number;
  /** Whether it has this service's report of an epoch: this ledger may have been set back to before it was made. */
  readonly isReported: (epoch: number) => Promise<boolean>;
}

/**
 * How many pages keep an end from being reported that a sweep before it left: a replay may find no row of them any more, and "nothing
 * left" over nothing would say that they are gone. Reads in batches; holds none.
 */
export async function countEarlierOpen(
  db: Queryable,
  end: SweepEnd,
  stores: readonly StoreRow[],
  { retries, isReported }: EndKnown,
): Promise<number> {
  let open = 0;
  const settled = new Map<number, boolean>();
  const isSettled = async (epoch: number): Promise<boolean> => {
    if (epoch === end.epoch) return false;
    if (!settled.has(epoch)) settled.set(epoch, await isReported(epoch));
    return settled.get(epoch) === true;
  };
  for (const { epoch, lost } of await listLostPages(db, end)) if (!(await isSettled(epoch))) open += lost;
  for (let after: readonly [number, number] = [-1, -1]; ;) {
    const pages = await listEarlierPages(db, end, after, BATCH);
    for (const page of pages) if (isOpen(page, stores, retries) && !(await isSettled(page.epoch))) open += 1;
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
  if (page.state === 'verified') return false;
  // Nothing is known of it, and it is for an operator to say that no store holds anything.
  if (outcomes.length === 0) return !stores.some((row) => ['', organizationId].includes(row.organization_id));
  // Blocked, and by none of them: then by one that was retired since, or nobody knows by what.
  return outcomes.every((outcome) => asked.includes(outcome) || isGone(page, outcome));
}

const isGone = (
  { state, swept }: EarlierPage,
  { found, missing, left, remains, readBack }: StoreOutcome,
): boolean =>
  left === 0 && !remains && found + missing === swept && (state === 'verified' || readBack.length > 0);
