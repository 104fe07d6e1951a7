import { describe, expect, it } from 'vitest';
import type { StoreRow } from '../stores/store-registry.sql.js';
import type { EarlierPage } from './earlier.sql.js';
import { isOpen } from './earlier.js';
import type { StoreOutcome } from './ledger.sql.js';

const outcome = (store: string, over: Partial<StoreOutcome> = {}): StoreOutcome => ({
  ...{ store, storeId: store, kind: 's3', found: 9, left: 0, missing: 1 },
  ...{ versions: 9, uploads: 0, readBack: ['listing'] },
  ...over,
});
const page = (state: EarlierPage['state'], outcomes: StoreOutcome[], covered = false): EarlierPage => ({
  ...{ epoch: 3, page_no: 0, organization_id: 'org1', swept: 10 },
  ...{ state, outcomes, covered },
});
const row = (store_id: string, retired = false, organization_id = ''): StoreRow => ({
  ...{ store_id, organization_id, name: store_id, kind: 's3', first_seen_time: new Date() },
  retire_time: retired ? new Date() : null,
  retired_by: retired ? 'ann' : null,
  retire_reason: retired ? 'emptied' : null,
});
const left = { left: 3 };
const remains = { remains: { keys: 1, cut: 1 } };
const A = [row('a')];
const AB = [row('a'), row('b')];
const RETIRED = [row('a'), row('b', true)];

describe('a page that a sweep before left', () => {
  it.each([
    ['verified on all stores', page('verified', [outcome('a'), outcome('b')]), AB],
    ['of no block to sweep', { ...page('verified', [outcome('a', nothing())]), swept: 0 }, A],
    ['verified on all but one that was retired', page('verified', [outcome('a')]), RETIRED],
    ['blocked by one that was retired', page('blocked', [outcome('a'), outcome('b', left)]), RETIRED],
    ['verified since', page('blocked', [outcome('a', left)], true), A],
    ['blocked, and all stores were retired', page('blocked', []), [row('a', true), row('b', true)]],
    [
      'verified before there were other organizations’ stores',
      page('verified', [outcome('a')]),
      [...A, row('b', false, 'org2')],
    ],
  ])('is settled when it was %s', (_, of, stores) => {
    expect(isOpen(of, stores, 0)).toBe(false);
  });

  it.each([
    ['verified, and not looked for on one', page('verified', [outcome('a')]), AB],
    ['verified, and of no store that is known', page('verified', []), A],
    ['not all accounted for', page('verified', [outcome('a', { missing: 0 })]), A],
    ['blocked by one', page('blocked', [outcome('a'), outcome('b', left)]), AB],
    ['blocked by one that nobody knows any more', page('blocked', [outcome('a'), outcome('b', left)]), A],
    ['blocked, and not read back', page('blocked', [outcome('a', { readBack: [] })]), A],
    ['blocked, and nobody knows by what', page('blocked', [outcome('a')]), A],
    ['blocked, and nothing is known', page('blocked', []), []],
    ['blocked, and nothing is known of one that stayed', page('blocked', [outcome('b', left)]), RETIRED],
    ['said to stay', page('blocked', [outcome('a', remains)]), A],
    ['said to stay, though verified since', page('blocked', [outcome('a', remains)], true), A],
  ])('is open when it was %s', (_, of, stores) => {
    expect(isOpen(of, stores, 0)).toBe(true);
  });

  it('that stays is settled by a retry only where it was verified since', () => {
    const outcomes = [outcome('a', remains)];
    expect([true, false].map((covered) => isOpen(page('blocked', outcomes, covered), A, 1))).toEqual([
      false,
      true,
    ]);
  });
});

function nothing(): Partial<StoreOutcome> {
  return { found: 0, missing: 0, versions: 0, readBack: [] };
}
