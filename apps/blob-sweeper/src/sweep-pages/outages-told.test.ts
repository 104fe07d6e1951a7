import { describe, expect, it } from 'vitest';
import { awayMs, createOutagesTold } from './outages-told.js';

const since = new Date('2026-01-01T00:00:00Z');
const outage = { store: 'primary', since, code: 'ECONNRESET' };
const after = (ms: number) => new Date(since.getTime() + ms);
const purge = { realmId: 'r', epoch: 1 };

describe('an outage', () => {
  it('is told of when it lasts, once for each purge', () => {
    const told = createOutagesTold(30_000);
    expect(told.isDue(purge, outage, after(29_999))).toBe(false);
    expect(told.isDue(purge, outage, after(30_000))).toBe(true);
    told.add(purge, outage);
    expect(told.isDue(purge, { ...outage, code: 'SlowDown' }, after(86_400_000))).toBe(false);
    for (const other of [
      { ...purge, realmId: 's' },
      { ...purge, epoch: 2 },
    ])
      expect(told.isDue(other, outage, after(30_000))).toBe(true);
    for (const other of [
      { ...outage, since: after(1) },
      { ...outage, store: 'second' },
    ])
      expect(told.isDue(purge, other, after(60_000))).toBe(true);
  });

  it('is forgotten of those that were told longest ago', () => {
    const told = createOutagesTold(0, 2);
    const three = ['a', 'b', 'c'].map((realmId) => ({ ...purge, realmId }));
    for (const each of three) told.add(each, outage);
    expect(three.map((each) => told.isDue(each, outage, since))).toEqual([true, false, false]);
  });

  it('lets pages wait a second at first and ten at last, never all for the same time, in whole milliseconds', () => {
    expect([0, 5_000, 50_000, 86_400_000].map((ms) => awayMs(outage, after(ms), 1))).toEqual([
      1_000, 1_000, 5_000, 10_000,
    ]);
    expect([0, 86_400_000].map((ms) => awayMs(outage, after(ms), 0))).toEqual([500, 5_000]);
    expect(awayMs(outage, after(0), 0.123_456_789)).toBe(562);
  });
});
