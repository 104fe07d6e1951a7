/**
 * What a listing costs, in listings of a single key. Measured on Ceph's gateway, processors of both sides together: a listing of eight
 * items as much as 3 single keys (of the gateway alone: 5), one of a thousand as much as 5.5 (6.5). Where requests are paid for, less.
 */
const LOOKUPS_PER_LISTING = 4;
const ITEMS_PER_LOOKUP = 250;
/** The most that a listing holds anywhere. */
const MOST_ITEMS = 1_000;
/** A listing must reach beyond the last key to tell that nothing is left there. */
const BEYOND = 8;

/**
 * How many items the next listing of a key range is to show, where so many keys are to be read and listings so far showed so many
 * items for each; undefined: looking the keys up one by one costs less.
 */
export function nextListing(keys: number, itemsPerKey: number): number | undefined {
  const items = Math.ceil(keys * itemsPerKey) + BEYOND;
  const listings = Math.ceil(items / MOST_ITEMS);
  const cost = listings * LOOKUPS_PER_LISTING + items / ITEMS_PER_LOOKUP;
  return cost < keys ? Math.min(items, MOST_ITEMS) : undefined;
}
