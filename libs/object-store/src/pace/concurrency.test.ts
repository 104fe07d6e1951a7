import { describe, expect, it } from 'vitest';
import { simulate } from './testing/simulate.js';
import { firstConcurrency, nextConcurrency, type Sample } from './concurrency.js';

const BOUNDS = { min: 1, max: 32 };
const sample = (over: Partial<Sample> = {}): Sample => ({
  signal: 'fine',
  begunAt: 100,
  at: 101,
  inFlight: 32,
  ...over,
});

describe('the limit', () => {
  it('grows fast at first, and by a half a round after trouble', () => {
    const first = firstConcurrency(BOUNDS);
    const grown = nextConcurrency(first, sample(), BOUNDS);
    expect(grown.limit).toBe(first.limit + 1);
    const troubled = nextConcurrency(grown, sample({ signal: 'overloaded' }), BOUNDS);
    expect(troubled.limit).toBe(grown.limit / 2);
    const after = nextConcurrency(troubled, sample({ begunAt: 102, at: 103 }), BOUNDS);
    expect(after.limit).toBeCloseTo(troubled.limit + 0.5 / troubled.limit);
  });

  it('takes what began before a decrease, or right after it, for the same trouble', () => {
    const once = nextConcurrency(firstConcurrency(BOUNDS), sample({ signal: 'overloaded' }), BOUNDS);
    expect(nextConcurrency(once, sample({ signal: 'overloaded' }), BOUNDS)).toEqual(once);
    expect(nextConcurrency(once, sample({ signal: 'slow' }), BOUNDS)).toEqual(once);
    const soon = sample({ signal: 'overloaded', begunAt: 150, at: 152 });
    expect(nextConcurrency(once, soon, BOUNDS)).toEqual(once);
    const later = sample({ signal: 'slow', begunAt: 201, at: 202 });
    expect(nextConcurrency(once, later, BOUNDS).limit).toBeLessThan(once.limit);
  });

  it('stays between its bounds, and where nobody reaches it', () => {
    let now = firstConcurrency(BOUNDS);
    for (let at = 0; at < 100; at++) now = nextConcurrency(now, sample({ begunAt: at, at }), BOUNDS);
    expect(now.limit).toBe(32);
    for (let at = 100; at < 2_000; at += 100)
      now = nextConcurrency(now, sample({ signal: 'overloaded', begunAt: at, at }), BOUNDS);
    expect(now.limit).toBe(1);
    const few = firstConcurrency(BOUNDS);
    expect(nextConcurrency(few, sample({ inFlight: 3 }), BOUNDS)).toBe(few);
    expect(firstConcurrency({ min: 1, max: 2 }).limit).toBe(2);
  });
});

describe('against a modelled store', () => {
  it.each([2, 6, 20])('finds a capacity of %i that refuses beyond it, within a factor of two', (capacity) => {
    const [client] = simulate({ clients: 1, ms: 60_000, capacity: () => capacity });
    expect(client!.meanLimit(30_000, 60_000)).toBeGreaterThan(capacity / 2);
    expect(client!.meanLimit(30_000, 60_000)).toBeLessThan(capacity * 2);
    // What is refused on the way is the smaller part even where the limit has hardly room to move.
    expect(client!.refused / client!.answered).toBeLessThan(capacity < 4 ? 0.5 : 0.1);
  });

  it.each([2, 6])('finds a capacity of %i that shows in waiting alone', (capacity) => {
    const [client] = simulate({ clients: 1, ms: 60_000, capacity: () => capacity, refuses: false });
    expect(client!.meanLimit(30_000, 60_000)).toBeGreaterThan(capacity * 0.9);
    expect(client!.meanLimit(30_000, 60_000)).toBeLessThan(capacity * 6);
    // The store is not idle for it.
    expect(client!.answered).toBeGreaterThan(((0.9 * 60_000) / 50) * capacity);
  });

  it('recovers within seconds after a brown-out', () => {
    const brown = (at: number) => (at > 20_000 && at < 40_000 ? 1 : 20);
    const [client] = simulate({ clients: 1, ms: 60_000, capacity: brown });
    const well = client!.meanLimit(10_000, 20_000);
    expect(client!.meanLimit(30_000, 40_000)).toBeLessThan(3);
    expect(client!.meanLimit(50_000, 60_000)).toBeGreaterThan(well / 2);
  });

  it('is shared fairly, also with one that came late', () => {
    const clients = simulate({
      clients: 2,
      ms: 180_000,
      capacity: () => 16,
      begins: (n) => n * 40_000,
    });
    const [a, b] = clients.map((client) => client.meanLimit(120_000, 180_000)) as [number, number];
    expect(Math.max(a, b) / Math.min(a, b)).toBeLessThan(2);
    expect(a + b).toBeGreaterThan(8);
    expect(a + b).toBeLessThan(32);
  });
});
