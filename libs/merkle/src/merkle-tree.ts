import { createHash } from 'node:crypto';

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);
const sha256 = (...parts: Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/**
 * The Merkle tree hash of RFC 9162, section 2.1.1 (SHA-256; leaves and nodes hashed in separate domains), fed leaf by leaf.
 * Holds one hash for each power of two in the number of leaves so far: 10 000 leaves need at most 14.
 */
export class MerkleTree {
  /** Roots of complete subtrees, the largest first; sizes are the powers of two in `#size`. */
  readonly #complete: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  append(leaf: Uint8Array): void {
    let hash = sha256(LEAF, leaf);
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      hash = sha256(NODE, this.#complete.pop() as Buffer, hash);
    }
    this.#complete.push(hash);
    this.#size += 1;
  }

  /** 32 bytes; of no leaves, the hash of the empty string. */
  root(): Buffer {
    const last = this.#complete.at(-1);
    if (last === undefined) return sha256();
    return this.#complete.slice(0, -1).reduceRight((right, left) => sha256(NODE, left, right), last);
  }
}

/** The root over leaves at hand. */
export function merkleRoot(leaves: Iterable<Uint8Array>): Buffer {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}
