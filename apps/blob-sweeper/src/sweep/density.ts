/** How many keys with nothing else around them cost as much to look up, one by one, as a listing of a thousand items. */
const LOOKUPS_PER_LISTING = 20;
/** The most that a listing holds anywhere. */
const MOST_ITEMS = 1_000;
const ITEMS_PER_LOOKUP = MOST_ITEMS / (LOOKUPS_PER_LISTING - 1);
/** A listing must reach beyond the last key to tell that nothing is left there. */
const BEYOND = 8;

/**
 * How many items the next listing of a key range is to show, where so many keys are to be read and listings so far showed so many
 * items for each; undefined: looking the keys up one by one costs less.
 */
export function nextListing(keys: number, itemsPerKey: number): number | undefined {
  const items = Math.ceil(keys * itemsPerKey) + BEYOND;
  const listings = Math.ceil(items / MOST_ITEMS);
  return listings + items / ITEMS_PER_LOOKUP < keys ? Math.min(items, MOST_ITEMS) : undefined;
}
