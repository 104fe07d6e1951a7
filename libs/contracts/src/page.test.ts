import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageLeaf } from './page.js';

const page = fc.record({
  page: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  rows: fc.nat({ max: 2 ** 32 - 1 }),
  swept: fc.nat({ max: 2 ** 32 - 1 }),
  rowDigest: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

describe('pageLeaf', () => {
  it('is 48 bytes that say all four facts in their places', () => {
    fc.assert(
      fc.property(page, (settled) => {
        const leaf = pageLeaf(settled);
        expect(leaf).toHaveLength(48);
        expect({
          page: Number(leaf.readBigUInt64BE(0)),
          rows: leaf.readUInt32BE(8),
          swept: leaf.readUInt32BE(12),
          rowDigest: new Uint8Array(leaf.subarray(16)),
        }).toEqual(settled);
      }),
    );
  });

  it.each([
    { page: -1 },
    { page: 0.5 },
    { rows: -1 },
    { rows: 2 ** 32 },
    { swept: -1 },
    { rowDigest: Buffer.alloc(31) },
  ])('refuses %j', (wrong) => {
    const right = { page: 0, rows: 1, swept: 1, rowDigest: Buffer.alloc(32) };
    expect(() => pageLeaf({ ...right, ...wrong })).toThrow(RangeError);
  });
});
