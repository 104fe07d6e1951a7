import { describe, expect, it } from 'vitest';
import { afterAttempt, afterProbe, beginProbe, CLOSED, type Breaker } from './breaker.js';
import type { Verdict } from './verdict.js';

const PAUSES = { firstMs: 1_000, mostMs: 30_000 };
const after = (from: Breaker, verdicts: readonly Verdict[], everyMs = 1) =>
  verdicts.reduce((had, verdict, i) => afterAttempt(had, verdict, i * everyMs, PAUSES, 1), from);
const times = (count: number, verdict: Verdict) => Array.from({ length: count }, () => verdict);

describe('a breaker', () => {
  it.each<[Verdict, number]>([
    ['away', 10],
    ['busy', 30],
    ['faulty', 30],
  ])('opens after some that end as %s: %i', (verdict, count) => {
    expect(after(CLOSED, times(count - 1, verdict)).state).toBe('closed');
    expect(after(CLOSED, times(count, verdict))).toMatchObject({ state: 'open', since: 0, openings: 1 });
  });

  it('forgets failures at any answer', () => {
    const had = after(CLOSED, times(9, 'away'));
    expect(after(had, ['fine'])).toEqual(CLOSED);
    expect(after(had, ['fine', ...times(9, 'away')]).state).toBe('closed');
  });

  it('opens after three when they last half a minute', () => {
    expect(after(CLOSED, times(2, 'away'), 90_000).state).toBe('closed');
    expect(after(CLOSED, times(3, 'away'), 14_000).state).toBe('closed');
    expect(after(CLOSED, times(3, 'away'), 15_000).state).toBe('open');
  });

  it('is not moved by what began before it opened', () => {
    const open = after(CLOSED, times(10, 'away'));
    expect(after(open, ['fine', 'away'])).toBe(open);
  });

  const pausesOf = (verdict: Verdict, random: number): number[] => {
    let now = after(CLOSED, times(10, 'away'));
    return Array.from({ length: 9 }, () => {
      now = afterProbe(beginProbe(now), verdict, 1_000_000, PAUSES, random);
      return now.probeAt - 1_000_000;
    });
  };
  it('waits longer after each probe that fails, up to a bound', () => {
    expect(pausesOf('away', 1)).toEqual([2, 4, 8, 16, 30, 30, 30, 30, 30].map((s) => s * 1_000));
    expect(pausesOf('away', 0)).toEqual([1, 2, 4, 8, 15, 15, 15, 15, 15].map((s) => s * 1_000));
  });
  it('looks soon again at a store that answers that it is busy', () => {
    expect(Math.max(...pausesOf('busy', 1))).toBe(4_000);
  });

  it('closes after a probe, and knows since when it fails until something else succeeds', () => {
    const back = afterProbe(beginProbe(after(CLOSED, times(10, 'away'))), 'fine', 5_000, PAUSES, 1);
    expect(back).toMatchObject({ state: 'closed', points: 0, since: 0, openings: 1 });
    const again = after(back, times(10, 'away'));
    expect(again).toMatchObject({ state: 'open', since: 0, openings: 2 });
    expect(again.probeAt).toBe(9 + 2_000);
    expect(after(back, ['fine'])).toEqual(CLOSED);
  });
});
