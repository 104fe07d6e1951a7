/** How many requests a store may have in hand, and what was learnt of it. */
export interface Concurrency {
  /** Not whole: it grows by parts of one. */
  readonly limit: number;
  /** Below it the limit grows by one with each answer, above it by a half with each round of them. */
  readonly threshold: number;
  /** Of its last decrease. */
  readonly decreasedAt: number;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** How an attempt ended. `slow`: well, but far above the fastest of its kind. */
export interface Sample {
  readonly signal: 'fine' | 'slow' | 'overloaded';
  readonly begunAt: number;
  readonly at: number;
  /** Attempts under way as it ended, itself among them. */
  readonly inFlight: number;
}

const FIRST = 8;
/** A round. */
const GROWTH = 0.5;
const OVERLOADED = 0.5;
const SLOW = 0.9;
/** What began so soon after a decrease met the queue that led to it. */
const REST_MS = 100;

/** Before the first answer. */
export function firstConcurrency({ min, max }: Bounds): Concurrency {
  return { limit: Math.max(min, Math.min(max, FIRST)), threshold: max, decreasedAt: -Infinity };
}

/** After the store was away: begins with one, and feels its way. */
export function lowestConcurrency({ min }: Bounds, { threshold }: Concurrency, at: number): Concurrency {
  return { limit: min, threshold: Math.max(min, threshold), decreasedAt: at };
}

/**
 * Additive increase, multiplicative decrease, so that clients of one store that know nothing of each other come to share it evenly.
 * All that began before a decrease, or right after it, counts as one trouble: it says nothing of the new limit. A limit that nobody reaches stays.
 */
export function nextConcurrency(
  had: Concurrency,
  { signal, ...sample }: Sample,
  bounds: Bounds,
): Concurrency {
  if (signal === 'fine') {
    if (sample.inFlight * 2 < had.limit || had.limit >= bounds.max) return had;
    const more = had.limit < had.threshold ? 1 : GROWTH / had.limit;
    return { ...had, limit: Math.min(bounds.max, had.limit + more) };
  }
  if (sample.begunAt < had.decreasedAt + REST_MS) return had;
  const limit = Math.max(bounds.min, had.limit * (signal === 'slow' ? SLOW : OVERLOADED));
  return { limit, threshold: limit, decreasedAt: sample.at };
}
