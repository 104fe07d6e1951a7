import { describe, expect, it } from 'vitest';
import { partBounds } from './key-parts.js';

describe('the parts of all ids', () => {
  it.each([1, 2, 3, 7, 100, 1_001])('are %i, without a gap or an overlap', (of) => {
    const bounds = Array.from({ length: of }, (_, no) => partBounds({ no, of }));
    expect(bounds[0]?.[0]).toBe('00000000-0000-0000-0000-000000000000');
    expect(bounds.at(-1)?.[1]).toBe('ffffffff-ffff-ffff-ffff-ffffffffffff');
    for (const [n, [first]] of bounds.slice(1).entries()) {
      const before = bounds[n]?.[1] ?? '';
      expect(Number.parseInt(first.slice(0, 8), 16)).toBe(Number.parseInt(before.slice(0, 8), 16) + 1);
      expect(before < first).toBe(true);
    }
  });
});
