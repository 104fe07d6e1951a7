import { describe, expect, it } from 'vitest';
import { cutAfter } from './cut-pages.js';

describe('cutAfter', () => {
  it('counts on, and from higher up with each order to try again', () => {
    expect([cutAfter(0, 0), cutAfter(1, 0), cutAfter(7, 0)]).toEqual([1, 2, 8]);
    expect([cutAfter(0, 1), cutAfter(9, 1)]).toEqual([2 ** 32 + 1, 2 ** 32 + 1]);
    expect([cutAfter(2 ** 32 + 1, 1), cutAfter(2 ** 32 + 5, 2)]).toEqual([2 ** 32 + 2, 2 ** 33 + 1]);
  });

  it('stays a number that everybody can read, however many orders there were', () => {
    let cut = cutAfter(0, Number.MAX_SAFE_INTEGER);
    for (let n = 0; n < 1_000; n++) cut = cutAfter(cut, Number.MAX_SAFE_INTEGER);
    expect(Number.isSafeInteger(cut)).toBe(true);
  });
});
