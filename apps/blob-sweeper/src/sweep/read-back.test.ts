import type { ListingPage } from '@lethe/object-store';
import { describe, expect, it } from 'vitest';
import { readKeys, type Method } from './read-back.js';

const MOST = 1_000;
const keyAt = (n: number) => `org1/${n.toString(16).padStart(12, '0')}`;
const numberOf = (key: string) => parseInt(key.slice(5).padEnd(12, '0'), 16);

/** An organization's objects, numbered without a gap, and what was asked of its store. */
function countingStore(objects: number) {
  const asked = { listings: 0, lookups: 0, items: 0 };
  const list = (prefix: string, after: string, most = MOST): Promise<ListingPage<{ key: string }>> => {
    if (prefix !== 'org1/') {
      asked.lookups += 1;
      const is = numberOf(prefix) < objects;
      return Promise.resolve({ items: is ? [{ key: prefix }] : [], last: undefined });
    }
    asked.listings += 1;
    const from = numberOf(after);
    const to = Math.min(objects, from + Math.min(most, MOST));
    const items = Array.from({ length: Math.max(0, to - from) }, (_, i) => ({ key: keyAt(from + i) }));
    asked.items += items.length;
    return Promise.resolve({ items, last: to < objects ? keyAt(to - 1) : undefined });
  };
  return { asked, list };
}

/** Reads a page of a thousand keys, every n-th object. */
async function read(every: number, itemsPerKey: number, ranges = true) {
  const { asked, list } = countingStore(every * 1_000 + 50);
  const keys = Array.from({ length: 1_000 }, (_, n) => keyAt(n * every));
  const seen = new Map<string, number>();
  const methods = new Set<Method>();
  const others = await readKeys({ list, ranges, itemsPerKey }, 'org1/', keys, (reading) => {
    methods.add(reading.method);
    for (const key of reading.keys) seen.set(key, (seen.get(key) ?? 0) + 1);
    expect(new Set(reading.items.map(({ key }) => key))).toEqual(new Set(reading.keys));
    return Promise.resolve();
  });
  expect([...seen.values()]).toEqual(keys.map(() => 1));
  expect([...seen.keys()].sort()).toEqual(keys);
  return { ...asked, others, methods: [...methods].sort() };
}

describe('readKeys', () => {
  it.each([
    [1, 1, 4],
    [2, 2, 4],
    [10, 10, 12],
  ])("lists where one object in %i is the page's", async (every, listings, lookups) => {
    const took = await read(every, 1);
    expect(took.listings).toBeLessThanOrEqual(listings + 1);
    expect(took.items).toBeLessThanOrEqual(1.02 * every * 1_000);
    expect(took.lookups).toBeLessThanOrEqual(lookups);
    expect(took.others).toBeCloseTo(every - 1, 0);
  });

  it('looks each key up where one object in a thousand is, after one listing', async () => {
    expect(await read(1_000, 1)).toMatchObject({ listings: 1, items: 1_000, lookups: 999 });
    expect(await read(1_000, 999)).toMatchObject({ listings: 0, lookups: 1_000 });
  });

  it('never costs more than twice what looking each key up does', async () => {
    for (const every of [20, 50, 100, 120, 150, 200, 500]) {
      const { listings, items, lookups } = await read(every, 1);
      expect(4 * listings + items / 250 + lookups, `one in ${every}`).toBeLessThan(2_000);
    }
  });

  it('looks each key up in a store that lists no ranges', async () => {
    expect(await read(1, 1, false)).toMatchObject({ listings: 0, lookups: 1_000, methods: ['lookup'] });
  });
});
