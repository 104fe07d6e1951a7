import { describe, expect, it } from 'vitest';
import type { LedgerRow, StoreOutcome } from '../sweep/ledger.sql.js';
import { judgePage, type ReleasedPage } from './judge-page.js';

const [DIGEST, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const ids = (n: number) => Array.from({ length: n }, (_, i) => `block-${i}`);
const page = (rows: number, swept: number, rowDigest = DIGEST, cut = 5): ReleasedPage => ({
  cut,
  page: 0,
  rows,
  blockIds: ids(swept),
  rowDigest,
});
const row = (state: 'verified' | 'blocked', rows: number, swept: number) =>
  ({ state, rows, swept, row_digest: DIGEST, cut: 5, outcomes: [] }) as unknown as LedgerRow;

describe('judgePage', () => {
  it.each([
    ['unknown', undefined, page(3, 3)],
    ['blocked', row('blocked', 3, 3), page(3, 3)],
    ['blocked, and cut anew', row('blocked', 3, 3), page(2, 2, OTHER, 6)],
    ['verified with fewer blocks, and cut anew', row('verified', 3, 2), page(3, 3, DIGEST, 6)],
    ['verified with other rows, and cut anew', row('verified', 3, 3), page(3, 3, OTHER, 6)],
    ['verified with more rows, and cut anew', row('verified', 3, 3), page(2, 2, OTHER, 6)],
  ])('lets a page be swept that is %s', (_, known, released) => {
    expect(judgePage(known, false, released)).toEqual({ kind: 'sweep' });
  });

  it.each([
    [4, { sweepAgain: false, record: false }],
    [5, { sweepAgain: false, record: true }],
    [6, { sweepAgain: true, record: true }],
  ])('knows what is verified, in cut %i too; what is back is swept in a newer cut only', (cut, may) => {
    const known = row('verified', 3, 3);
    const verified = { kind: 'verified', row: known };
    expect(judgePage(known, false, page(3, 3, DIGEST, cut))).toEqual({ ...verified, ...may });
    const nothing = { sweepAgain: false, record: false };
    expect(judgePage(known, true, page(3, 3, DIGEST, cut)), 'ended').toEqual({ ...verified, ...nothing });
  });

  it.each([
    ['older, with fewer rows', page(2, 2, OTHER, 4)],
    ['older, with more rows', page(4, 4, OTHER, 4)],
    ['of the same number, but with other rows', page(3, 3, OTHER, 5)],
    ['of the same number, but with fewer blocks', page(3, 2, DIGEST, 5)],
  ])('refuses a cut that is %s', (_, released) => {
    expect(judgePage(row('verified', 3, 3), false, released)).toMatchObject({ kind: 'refused' });
    expect(judgePage(row('blocked', 3, 3), false, released)).toMatchObject({ kind: 'refused' });
  });

  it.each([
    ['the same cut', 5, 5, 'remains'],
    ['a newer cut', 6, 5, 'remains'],
    ['the first cut of a retry', 2 ** 32 + 1, 5, 'sweep'],
    ['a newer cut of that retry, if that one found it', 2 ** 32 + 2, 2 ** 32 + 1, 'remains'],
    ['a newer cut of that retry, which found nothing yet', 2 ** 32 + 2, 5, 'sweep'],
    ['the next retry', 2 * 2 ** 32 + 1, 2 ** 32 + 1, 'sweep'],
  ])('keeps blocked what a store said to stay, until somebody orders a retry: %s', (_, cut, found, kind) => {
    const outcomes = [{}, { remains: { keys: 1, cut: found } }] as StoreOutcome[];
    const known = { ...row('blocked', 3, 3), outcomes };
    for (const released of [page(3, 3, DIGEST, cut), ...(cut > 5 ? [page(2, 2, OTHER, cut)] : [])])
      expect(judgePage(known, false, released)).toMatchObject({ kind });
    expect(judgePage(known, true, page(3, 3, DIGEST, cut))).toMatchObject({ kind: 'refused' });
  });

  it('refuses every page that is not verified once the sweep has ended', () => {
    expect(judgePage(undefined, true, page(3, 3))).toMatchObject({ kind: 'refused' });
    expect(judgePage(row('blocked', 3, 3), true, page(3, 3))).toMatchObject({ kind: 'refused' });
    expect(judgePage(row('verified', 3, 2), true, page(3, 3))).toMatchObject({ kind: 'refused' });
  });
});
