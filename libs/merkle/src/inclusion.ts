import { createHash } from 'node:crypto';

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);
const HASH_BYTES = 32;
const sha256 = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/**
 * The audit path of a leaf: the hashes that, put together with it, give the root (RFC 9162, section 2.1.3.1); from the leaf upwards.
 *
 * @throws RangeError when there is no such leaf.
 */
export function inclusionPath(leaves: readonly Uint8Array[], index: number): Buffer[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
    throw new RangeError(`there is no leaf ${index} among ${leaves.length}`);
  const path: Buffer[] = [];
  let level = leaves.map((leaf) => sha256(LEAF, leaf));
  // Level by level: what has no partner goes up as it is, which gives the tree that the RFC cuts from above.
  for (let at = index; level.length > 1; at = Math.floor(at / 2)) {
    const partner = level[at % 2 === 0 ? at + 1 : at - 1];
    if (partner !== undefined) path.push(partner);
    level = level.flatMap((left, i) => {
      if (i % 2 === 1) return [];
      const right = level[i + 1];
      return [right === undefined ? left : node(left, right)];
    });
  }
  return path;
}

/** Whether a leaf stands at its place in the tree of this size and root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(proof: {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { leaf, index, size, path, root } = proof;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let [at, last] = [index, size - 1];
  let hash = sha256(LEAF, leaf);
  for (const step of path) {
    if (last === 0 || step.length !== HASH_BYTES) return false;
    if (at % 2 === 1 || at === last) {
      hash = node(step, hash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else hash = node(hash, step);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && hash.equals(root);
}
