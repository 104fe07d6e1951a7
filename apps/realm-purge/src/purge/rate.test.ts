import { describe, expect, it } from 'vitest';
import { rateOf } from './rate.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOW - 1_000 * seconds);
type Purge = Parameters<typeof rateOf>[0];
type Pages = Parameters<typeof rateOf>[1];
const purge = (over: Partial<Purge> = {}): Purge => ({
  state: 'releasing',
  fence_time: ago(7_200),
  count_time: ago(7_000),
  held: null,
  sweep_time: null,
  attention: null,
  blocks_total: 100_000,
  ...over,
});
const pages = (over: Partial<Pages> = {}): Pages => ({
  time: new Date(NOW),
  rows: 40_000,
  rows_lately: 6_000,
  blocked_rows: 0,
  ...over,
});

describe('rateOf', () => {
  it('is that of the last minute, and the end follows from it', () => {
    expect(rateOf(purge(), pages(), 3_600)).toEqual({
      blocksPerSecond: 100,
      estimatedEndTime: new Date(NOW + 600_000),
    });
  });

  it('is that since the release began when that is less than a minute ago', () => {
    expect(rateOf(purge({ count_time: ago(20) }), pages(), 0).blocksPerSecond).toBe(300);
    expect(rateOf(purge(), pages(), 7_200 - 30).blocksPerSecond).toBe(200);
    expect(rateOf(purge({ sweep_time: ago(15) }), pages(), 7_200 - 30).blocksPerSecond).toBe(400);
    // The very first moment says nothing yet: no rate beyond what came.
    expect(rateOf(purge({ count_time: ago(0) }), pages(), 0).blocksPerSecond).toBe(6_000);
  });

  it('does not count what is blocked among what it will reach', () => {
    expect(rateOf(purge(), pages({ blocked_rows: 30_000 }), 0).estimatedEndTime).toEqual(
      new Date(NOW + 300_000),
    );
  });

  it.each<[string, Partial<Purge>, Partial<Pages>]>([
    ['nothing moved lately', {}, { rows_lately: 0 }],
    ['it is paused', { held: 'paused' }, {}],
    ['its blocks are kept', { held: 'blocks_kept' }, {}],
    ['its blocks are not due', { held: 'blocks_delayed' }, {}],
    ['a person has to look', { attention: 'look' }, {}],
    ['all that is left is blocked', {}, { blocked_rows: 60_000 }],
    ['nothing is left', {}, { rows: 100_000 }],
    ['it is closed', { state: 'closed' }, {}],
    ['it is not counted', { state: 'shredded', count_time: null }, {}],
  ])('has no end when %s', (_, said, sums) => {
    expect(rateOf(purge(said), pages(sums), 0).estimatedEndTime).toBeUndefined();
  });
});
