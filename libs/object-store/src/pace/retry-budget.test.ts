import { describe, expect, it } from 'vitest';
import { backoffMs, firstBudget, payIn, payRetry, type RetryBudget } from './retry-budget.js';

/** Retries whatever it may, at so many requests a second, all of which fail. */
function retriesOf(perSecond: number, seconds: number): number {
  let budget: RetryBudget = firstBudget(0);
  let retries = 0;
  for (let n = 0; n < perSecond * seconds; n++) {
    budget = payIn(budget);
    for (let paid = payRetry(budget, (n / perSecond) * 1_000); paid;) {
      budget = paid;
      retries += 1;
      paid = payRetry(budget, (n / perSecond) * 1_000);
    }
  }
  return retries;
}

describe('the budget of retries', () => {
  it('is a tenth of many requests, and a few a second', () => {
    expect(retriesOf(10_000, 20)).toBeLessThan(20_000 + 20 * 5 + 50);
    expect(retriesOf(10_000, 20)).toBeGreaterThan(19_000);
    expect(retriesOf(1, 20)).toBeLessThan(20 * 5 + 50);
  });

  it('does not save up', () => {
    let budget: RetryBudget | undefined = firstBudget(0);
    for (let n = 0; n < 100_000; n++) budget = payIn(budget);
    let retries = -1;
    for (; budget; budget = payRetry(budget, 86_400_000)) retries += 1;
    expect(retries).toBe(50);
  });
});

describe('a backoff', () => {
  it('is anything up to a bound that doubles', () => {
    expect([1, 2, 3, 4, 5, 6, 99].map((n) => backoffMs(n, 100, 2_000, 1))).toEqual([
      100, 200, 400, 800, 1_600, 2_000, 2_000,
    ]);
    expect(backoffMs(5, 100, 2_000, 0)).toBe(0);
  });
});
