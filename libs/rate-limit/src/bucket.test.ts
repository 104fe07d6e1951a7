import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PER_SECOND, affordable, isRate, portionsIn, refilled, waitMs, type Bucket } from './bucket.js';

const PORTION = 1_000;

describe('a limit', () => {
  it.each([1, 2, 999_999_999, MAX_PER_SECOND])('may be %d', (rate) => {
    expect(isRate(rate)).toBe(true);
  });
  it.each([0, -1, 0.5, MAX_PER_SECOND + 1, NaN, Infinity, -Infinity])('may not be %d', (rate) => {
    expect(isRate(rate)).toBe(false);
  });
});

describe('a bucket', () => {
  it.each([
    { why: 'refills by its rate', perSecond: 5_000, tokens: 0, elapsedSeconds: 0.5, now: 2_500 },
    { why: 'keeps what was in it', perSecond: 5_000, tokens: 7, elapsedSeconds: 0, now: 7 },
    { why: 'pays debt first', perSecond: 5_000, tokens: -999, elapsedSeconds: 0.1, now: -499 },
    { why: "holds a second's worth", perSecond: 5_000, tokens: 0, elapsedSeconds: 3_600, now: 5_000 },
    { why: 'holds a portion where that is more', perSecond: 3, tokens: 0, elapsedSeconds: 3_600, now: 1_000 },
    { why: 'is cut to a lowered limit', perSecond: 2_000, tokens: 90_000, elapsedSeconds: 0, now: 2_000 },
    {
      why: 'gives nothing for a clock set back',
      perSecond: 5_000,
      tokens: -10,
      elapsedSeconds: -60,
      now: -10,
    },
  ])('$why', ({ now, ...bucket }) => {
    expect(refilled(bucket, PORTION)).toBe(now);
  });

  it.each([
    { tokens: -0.001, portions: 0 },
    { tokens: 0, portions: 0 },
    { tokens: 0.001, portions: 1 },
    { tokens: 1_000, portions: 1 },
    { tokens: 1_000.001, portions: 2 },
    { tokens: 5_000, portions: 5 },
  ])('of $tokens tokens gives $portions portions', ({ tokens, portions }) => {
    expect(portionsIn(tokens, PORTION)).toBe(portions);
  });

  it.each([
    { tokens: 0, sizes: [1], taken: 0 },
    { tokens: -1, sizes: [0, 0], taken: 0 },
    { tokens: 0.5, sizes: [1_000, 1], taken: 1 },
    { tokens: 1_500, sizes: [1_000, 1_000, 1_000], taken: 2 },
    { tokens: 2_000, sizes: [1_000, 1_000, 1_000], taken: 2 },
    { tokens: 10, sizes: [0, 0, 9, 0, 1, 1], taken: 5 },
    { tokens: 10, sizes: [], taken: 0 },
  ])('of $tokens tokens gives $taken portions of $sizes', ({ tokens, sizes, taken }) => {
    expect(affordable(tokens, sizes)).toBe(taken);
  });

  it.each([
    { tokens: 1, perSecond: 1, ms: 0 },
    { tokens: 0, perSecond: 1, ms: 1 },
    { tokens: -999, perSecond: 1, ms: 999_001 },
    { tokens: -999, perSecond: MAX_PER_SECOND, ms: 2 },
  ])('of $tokens tokens at $perSecond a second gives a portion in $ms ms', ({ tokens, perSecond, ms }) => {
    expect(waitMs(tokens, perSecond)).toBe(ms);
  });
});

describe('whoever takes from a bucket, whenever and however much', () => {
  const limit = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: MAX_PER_SECOND }));
  /** The database's clock counts microseconds. */
  const visit = fc.record({
    afterUs: fc.integer({ min: 0, max: 10_000_000 }),
    asks: fc.integer({ min: 0, max: 20 }),
  });
  const visits = fc.array(visit, { maxLength: 60 });

  const sizes = fc.array(fc.integer({ min: 0, max: PORTION }), { minLength: 1, maxLength: 5 });

  it('gets no more than rate × time, what the bucket holds, and the part of one portion', () => {
    fc.assert(
      fc.property(limit, sizes, visits, (perSecond, sizes, all) => {
        let [tokens, taken, seconds] = [0, 0, 0];
        for (const { afterUs, asks } of all) {
          const elapsedSeconds = afterUs / 1e6;
          seconds += elapsedSeconds;
          tokens = refilled({ perSecond, tokens, elapsedSeconds }, PORTION);
          const wanted = Array.from({ length: asks }, (_, n) => sizes[n % sizes.length]!);
          const units = wanted.slice(0, affordable(tokens, wanted)).reduce((sum, size) => sum + size, 0);
          [tokens, taken] = [tokens - units, taken + units];
          expect(tokens).toBeGreaterThan(-PORTION);
          expect(taken).toBeLessThanOrEqual(perSecond * seconds + PORTION);
        }
      }),
    );
  });

  it('gets a portion after the wait that it was told, and none much before', () => {
    const debt = fc.double({ min: -PORTION, max: 0, noNaN: true });
    fc.assert(
      fc.property(limit, debt, (perSecond, tokens) => {
        const after = (ms: number) => {
          const bucket: Bucket = { perSecond, tokens, elapsedSeconds: ms / 1_000 };
          return portionsIn(refilled(bucket, PORTION), PORTION);
        };
        const ms = waitMs(tokens, perSecond);
        expect(after(ms)).toBeGreaterThan(0);
        expect(after(ms - 2.5)).toBe(0);
      }),
    );
  });
});
