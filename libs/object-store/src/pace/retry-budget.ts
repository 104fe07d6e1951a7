/** Pays for retries, so that a store in trouble is asked hardly more often than a well one. */
export interface RetryBudget {
  readonly tokens: number;
  readonly at: number;
}

/** Each request pays for a tenth of a retry. */
const PER_REQUEST = 0.1;
/** So many are free in a second: at a few requests a second a tenth would be none. */
const PER_SECOND = 5;
const MOST = 50;
const FIRST = 10;

export const firstBudget = (at: number): RetryBudget => ({ tokens: FIRST, at });

/** For a request's first attempt. */
export function payIn(budget: RetryBudget): RetryBudget {
  return { ...budget, tokens: Math.min(MOST, budget.tokens + PER_REQUEST) };
}

/** For a retry; undefined: there is nothing left to pay it with. */
export function payRetry(had: RetryBudget, at: number): RetryBudget | undefined {
  const tokens = Math.min(MOST, had.tokens + (Math.max(0, at - had.at) / 1_000) * PER_SECOND);
  return tokens < 1 ? undefined : { tokens: tokens - 1, at };
}

/**
 * How long to wait before the n-th retry: anything up to a bound that doubles, so that those who failed together do not come back
 * together. `random` is of [0, 1).
 */
export function backoffMs(retry: number, firstMs: number, mostMs: number, random: number): number {
  return random * Math.min(mostMs, firstMs * 2 ** Math.min(30, retry - 1));
}
