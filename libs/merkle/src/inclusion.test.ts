import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inclusionPath, verifyInclusion } from './inclusion.js';
import { merkleRoot } from './merkle-tree.js';

const leavesAndIndex = fc
  .array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 70 })
  .map((leaves) => leaves.map((leaf, i) => Buffer.of(i, ...leaf))) // no two alike
  .chain((leaves) => fc.tuple(fc.constant(leaves), fc.nat(leaves.length - 1)));
const proofOf = (leaves: Uint8Array[], index: number) => ({
  leaf: leaves[index]!,
  index,
  size: leaves.length,
  path: inclusionPath(leaves, index),
  root: merkleRoot(leaves),
});
/** With one bit of its text's byte turned over. */
const flip = (bytes: Uint8Array, bit: number): Buffer => {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  return flipped;
};

describe('an inclusion proof', () => {
  it('verifies for every leaf of every tree, with a path no longer than the tree is high', () => {
    fc.assert(
      fc.property(leavesAndIndex, ([leaves, index]) => {
        const proof = proofOf(leaves, index);
        expect(verifyInclusion(proof)).toBe(true);
        expect(proof.path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(leaves.length)));
      }),
    );
  });

  it('verifies at no other place, and not with a step more or less', () => {
    fc.assert(
      fc.property(leavesAndIndex, ([leaves, index]) => {
        const proof = proofOf(leaves, index);
        for (let other = -1; other <= leaves.length; other++)
          if (other !== index) expect(verifyInclusion({ ...proof, index: other })).toBe(false);
        expect(verifyInclusion({ ...proof, path: [...proof.path, Buffer.alloc(32)] })).toBe(false);
        if (proof.path.length > 0)
          expect(verifyInclusion({ ...proof, path: proof.path.slice(0, -1) })).toBe(false);
      }),
    );
  });

  it('shows every flipped bit of the leaf, the path and the root', () => {
    fc.assert(
      fc.property(leavesAndIndex, fc.nat(), ([leaves, index], random) => {
        const proof = proofOf(leaves, index);
        const bit = random % 256;
        expect(verifyInclusion({ ...proof, root: flip(proof.root, bit) })).toBe(false);
        for (const [i, step] of proof.path.entries())
          expect(verifyInclusion({ ...proof, path: proof.path.with(i, flip(step, bit)) })).toBe(false);
        if (proof.leaf.length > 0) {
          const leaf = flip(proof.leaf, random % (8 * proof.leaf.length));
          expect(verifyInclusion({ ...proof, leaf })).toBe(false);
        }
        expect(verifyInclusion({ ...proof, root: Buffer.alloc(0) })).toBe(false);
      }),
    );
  });

  it('is not made of a leaf that is not there', () => {
    for (const index of [-1, 2, 0.5])
      expect(() => inclusionPath([Buffer.of(1), Buffer.of(2)], index)).toThrow(RangeError);
  });
});
