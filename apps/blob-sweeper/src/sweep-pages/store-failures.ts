/** How often in a row a store failed a delivery. What this process does not know any more, it has seen never. */
export interface StoreFailures {
  /** One more; answers how many there are. */
  count(page: Delivered): number;
  forget(page: Delivered): void;
}

/** A cut is delivered again and again as the same message. */
export interface Delivered {
  readonly realmId: string;
  readonly epoch: number;
  readonly page: number;
  readonly cut: number;
}

const REMEMBERED = 10_000;

/**
 * Counts what the stores failed, and nothing else: a delivery that was held, limited or in other hands says nothing about a store,
 * however many there are of it. In memory only: what is lost with it makes a sweeper more patient. Beyond `most` pages the one
 * that failed longest ago is forgotten.
 */
export function createStoreFailures(most = REMEMBERED): StoreFailures {
  const failures = new Map<string, number>();
  const keyOf = ({ realmId, epoch, page, cut }: Delivered) => `${realmId}/${epoch}/${page}/${cut}`;
  return {
    count(page) {
      const key = keyOf(page);
      const times = (failures.get(key) ?? 0) + 1;
      failures.delete(key);
      failures.set(key, times);
      if (failures.size > most) failures.delete(failures.keys().next().value as string);
      return times;
    },
    forget(page) {
      failures.delete(keyOf(page));
    },
  };
}
