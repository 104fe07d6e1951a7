import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../sweep/ledger.sql.js';
import { judgePage, type ReleasedPage } from './judge-page.js';

const [DIGEST, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const ids = (n: number) => Array.from({ length: n }, (_, i) => `block-${i}`);
const page = (rows: number, swept: number, rowDigest = DIGEST): ReleasedPage => ({
  page: 0,
  rows,
  blockIds: ids(swept),
  rowDigest,
});
const row = (state: 'verified' | 'blocked', rows: number, swept: number) =>
  ({ state, rows, swept, row_digest: DIGEST }) as LedgerRow;

describe('judgePage', () => {
  it.each([
    ['unknown', undefined, page(3, 3)],
    ['blocked', row('blocked', 3, 3), page(3, 3)],
    ['verified with fewer blocks', row('verified', 3, 2), page(3, 3)],
    ['verified with fewer rows', row('verified', 2, 2), page(3, 3, OTHER)],
    ['blocked with fewer rows', row('blocked', 2, 2), page(3, 3, OTHER)],
  ])('lets a page be swept that is %s', (_, known, released) => {
    expect(judgePage(known, false, released)).toEqual({ kind: 'sweep' });
  });

  it.each([false, true])('knows what is verified, and that more was (ended: %s)', (ended) => {
    const known = row('verified', 3, 3);
    expect(judgePage(known, ended, page(3, 3))).toEqual({ kind: 'settled', row: known });
    expect(judgePage(known, ended, page(3, 2))).toEqual({ kind: 'settled', row: known });
  });

  it.each([
    ['fewer rows', page(2, 2, OTHER)],
    ['as many rows, but others', page(3, 3, OTHER)],
  ])('refuses an older cut of a verified page: %s', (_, released) => {
    expect(judgePage(row('verified', 3, 3), false, released)).toMatchObject({ kind: 'refused' });
    expect(judgePage(row('blocked', 3, 3), false, released)).toMatchObject({ kind: 'refused' });
  });

  it('refuses every page that is not verified once the sweep has ended', () => {
    expect(judgePage(undefined, true, page(3, 3))).toMatchObject({ kind: 'refused' });
    expect(judgePage(row('blocked', 3, 3), true, page(3, 3))).toMatchObject({ kind: 'refused' });
    expect(judgePage(row('verified', 3, 2), true, page(3, 3))).toMatchObject({ kind: 'refused' });
  });
});
